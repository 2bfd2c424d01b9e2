// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { SecretForm } from "./SecretForm.tsx";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const exists = "You already have a secret with this name.";

async function refused() {
  const submit = vi.fn(() => Promise.reject(new ApiError("secret_exists")));
  render(
    <SecretForm
      title="Rename KEY"
      text=""
      button="Rename"
      asksName
      asksValue={false}
      defaultName="OTHER"
      onClose={vi.fn()}
      submit={submit}
    />,
  );
  fireEvent.click(screen.getByRole("button", { name: "Rename" }));
  await screen.findByText(exists, { exact: false });
  return screen.getByLabelText("Name");
}

test("a refusal goes as soon as another name is typed", async () => {
  const field = await refused();
  fireEvent.input(field, { target: { value: "THIRD" } });
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a refusal goes when something else is wrong", async () => {
  const field = await refused();
  // Set without an event, as some browser extensions do.
  (field as HTMLInputElement).value = "not a name";
  fireEvent.click(screen.getByRole("button", { name: "Rename" }));
  await screen.findByText("A name has letters", { exact: false });
  expect(screen.queryByText(exists, { exact: false })).toBeNull();
});

test.each([
  ["that is taken", "OTHER", exists],
  ["that is none", "a b", "A name has letters"],
  ["that is missing", "", "Enter a name."],
])("a name %s is marked at its field, which has the keyboard", async (_, typed, words) => {
  const field = await refused();
  if (typed !== "OTHER") {
    fireEvent.input(field, { target: { value: typed } });
    fireEvent.click(screen.getByRole("button", { name: "Rename" }));
  }
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field);
  const note = document.getElementById(field.getAttribute("aria-describedby") ?? "");
  expect(note?.textContent).toContain(words);
  expect(screen.getAllByRole("alert")).toEqual([note]);
});

test("it is a form, not an alert", async () => {
  await refused();
  screen.getByRole("dialog", { name: "Rename KEY" });
});

test("what has been sent is not taken back by leaving: the form stays, and says so", async () => {
  vi.useFakeTimers();
  const onClose = vi.fn();
  const answer = Promise.withResolvers<undefined>();
  const words = { title: "Rename KEY", text: "", button: "Rename", defaultName: "OTHER" };
  render(
    <SecretForm
      {...words}
      asksName
      asksValue={false}
      onClose={onClose}
      submit={async () => answer.promise}
    />,
  );
  const [send, cancel] = ["Rename", "Cancel"].map((name) => screen.getByRole("button", { name }));
  send?.focus();
  fireEvent.click(screen.getByRole("button", { name: "Rename" }));
  expect(send?.getAttribute("aria-busy")).toBe("true");
  expect(cancel?.getAttribute("aria-disabled")).toBe("true");
  expect(document.activeElement).toBe(send);
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  fireEvent.keyDown(screen.getByRole("button", { name: "Rename" }), { key: "Escape" });
  expect(onClose).not.toHaveBeenCalled();
  act(() => {
    vi.advanceTimersByTime(1_000);
  });
  expect(screen.getByRole("status").textContent).toBe("Sent. Waiting for the server's answer.");
  await act(async () => {
    answer.reject(new ApiError("secret_exists"));
    await answer.promise.catch(() => undefined);
  });
  expect(screen.queryByRole("status")).toBeNull();
  fireEvent.keyDown(screen.getByRole("button", { name: "Rename" }), { key: "Escape" });
  expect(onClose).toHaveBeenCalledOnce();
});
