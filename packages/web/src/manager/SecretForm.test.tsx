// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { SecretForm } from "./SecretForm.tsx";

afterEach(cleanup);

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

test("it is a form, not an alert", async () => {
  await refused();
  screen.getByRole("dialog", { name: "Rename KEY" });
});
