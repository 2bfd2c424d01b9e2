// @vitest-environment happy-dom
import { cleanup, fireEvent, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import {
  button,
  canary,
  confirm,
  expectWait,
  field,
  inWindow,
  prompt,
  show,
  type,
  untilArmed,
  wait,
} from "./testing.tsx";

inWindow();

describe("a secret the tab already has", () => {
  const known = { ...prompt, known: true };

  test("shows no field and is allowed without its value", () => {
    const { onAllow } = show({ prompt: known });
    expect(screen.queryByLabelText("Secret value")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("heading"));
    expectWait(onAllow, null);
  });

  test("may get another value, armed anew", () => {
    const { onAllow } = show({ prompt: known });
    wait(untilArmed);
    fireEvent.click(button("Use another value"));
    expect(document.activeElement).toBe(field());
    type(canary);
    expectWait(onAllow, canary);
  });
});

describe("another value for a secret that there is", () => {
  const replace = (place: "tab" | "account") => {
    const shown = show({ prompt: { ...prompt, known: true, place } });
    fireEvent.click(button("Use another value"));
    return shown;
  };
  const described = () =>
    (field().getAttribute("aria-describedby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent)
      .join(" ");

  test.each([
    ["tab", "replaces the value in this tab, for every app that uses it."],
    ["account", "replaces the value in your account, for every app that uses it. The one before"],
  ] as const)("replaces it for every app, which is said: in the %s", (place, words) => {
    replace(place);
    expect(described()).toContain(words);
    cleanup();
    show();
    expect(described().trim()).toBe("");
  });

  test("can be given up: Back leads to the first question, armed anew, and nothing typed stays", () => {
    const { onAllow } = replace("tab");
    confirm();
    type(canary);
    const input = field();
    fireEvent.click(button("Back"));
    expect(input.value).toBe("");
    expect(document.activeElement).toBe(screen.getByRole("heading"));
    expectWait(onAllow, null);
    fireEvent.click(button("Use another value"));
    expect(field().getAttribute("aria-invalid")).toBe("false");
    expect(field().value).toBe("");
  });

  test("that appears elsewhere while one is typed: the wait begins again, for it would replace that", () => {
    const { change, onAllow } = show();
    type(canary);
    wait(untilArmed);
    change({ prompt: { ...prompt, known: true } });
    expect(described()).toContain("replaces the value");
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
  });
});

describe("where a value is kept", () => {
  test("a server without accounts: in this tab", () => {
    show();
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.getByText("Kept in this tab only. It is gone when the tab closes.")).toBeTruthy();
  });

  test("signed out: in this tab, with a way to sign in that leaves the dialog where it is", () => {
    show({ account: "signed-out" });
    const link = screen.getByRole("link", { name: "Sign in" });
    expect(link.parentElement?.textContent).toBe(
      "Kept in this tab only. Sign in to keep it in your account.",
    );
    expect(link.getAttribute("href")).toBe("/sign-in?then=close");
    expect(link.getAttribute("target")).toBe("_blank");
    expect(link.getAttribute("rel")).toBe("noopener");
  });

  test("signing in meanwhile keeps what was typed, and arms anew: it goes to another place now", () => {
    const { change, onAllow } = show({ account: "signed-out" });
    type(canary);
    wait(untilArmed);
    change({ account: "signed-in", prompt: { ...prompt, place: "account" } });
    expect(screen.getByText("Kept in your account, encrypted.")).toBeTruthy();
    expect(field().value).toBe(canary);
    expectWait(onAllow, canary);
  });

  test("a value that the account turns out to have is offered, unless one was typed", () => {
    const known = { ...prompt, place: "account", known: true } as const;
    const { change } = show({ account: "signed-out" });
    change({ account: "signed-in", prompt: known });
    expect(screen.queryByLabelText("Secret value")).toBeNull();
    expect(screen.getByText(/^Your account already has a value/)).toBeTruthy();
    cleanup();
    const typing = show({ account: "signed-out" });
    type(canary);
    typing.change({ account: "signed-in", prompt: known });
    expect(field().value).toBe(canary);
  });

  test("a secret that the tab has not moved yet", () => {
    show({ account: "signed-in" });
    expect(screen.getByText(/^Kept in this tab until it can be moved/)).toBeTruthy();
  });
});

describe("while it is being kept", () => {
  const account = { ...prompt, place: "account" } as const;

  test("nothing can be pressed, and what takes long is said", () => {
    const { change, onAllow } = show({ account: "signed-in", prompt: account });
    type(canary);
    wait(untilArmed);
    confirm();
    change({ prompt: { ...account, keeping: true } });
    expect(field().readOnly).toBe(true);
    expect(button("Add and allow").getAttribute("aria-disabled")).toBe("true");
    expect(button("Deny").getAttribute("aria-disabled")).toBe("true");
    confirm();
    expect(onAllow).toHaveBeenCalledOnce();
    expect(screen.getByRole("status").textContent).toBe("");
    wait(1_000);
    expect(screen.getByRole("status").textContent).toBe("Keeping it…");
  });

  test("a failure is said, and loses nothing that was typed", () => {
    const { change, onAllow } = show({ account: "signed-in", prompt: account });
    type(canary);
    wait(untilArmed);
    confirm();
    change({ prompt: { ...account, keeping: true } });
    change({ prompt: { ...account, problem: "unreachable" } });
    expect(screen.getByRole("alert").textContent).toContain("cannot be reached just now");
    expect(field().value).toBe(canary);
    confirm();
    expect(onAllow).toHaveBeenCalledTimes(2);
  });
});
