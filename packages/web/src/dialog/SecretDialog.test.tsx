// @vitest-environment happy-dom
import { limits } from "@portafilter/protocol";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import type { Prompt } from "../broker/state.ts";
import { SecretDialog } from "./SecretDialog.tsx";

const canary = "canary-5d21";
const who = { name: "Trip planner", owner: "ada" };
const prompt: Prompt = {
  key: 7,
  name: "OPENAI_API_KEY",
  reason: null,
  known: false,
  place: "tab",
  keeping: false,
  problem: null,
  ids: ["1"],
};

let hasFocus: MockInstance<() => boolean>;
beforeEach(() => {
  vi.useFakeTimers();
  hasFocus = vi.spyOn(document, "hasFocus").mockReturnValue(true);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function show(props: Partial<Parameters<typeof SecretDialog>[0]> = {}) {
  const onAllow = vi.fn<(value: string | null) => void>();
  const onDeny = vi.fn<() => void>();
  const onGrabbed = vi.fn<() => void>();
  const dialog = (more: Partial<Parameters<typeof SecretDialog>[0]>) => (
    <SecretDialog
      prompt={prompt}
      total={1}
      who={who}
      account="off"
      onAllow={onAllow}
      onDeny={onDeny}
      onGrabbed={onGrabbed}
      {...props}
      {...more}
    />
  );
  const view = render(dialog({}));
  /** What the page learns while the dialog is open. */
  const change = (more: Partial<Parameters<typeof SecretDialog>[0]>) => {
    view.rerender(dialog(more));
  };
  return { ...view, change, onAllow, onDeny };
}

const button = (name: string) => screen.getByRole("button", { name });
const field = () => screen.getByLabelText<HTMLInputElement>("Secret value");
const wait = (milliseconds: number) => {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
};
const type = (value: string) => {
  fireEvent.input(field(), { target: { value } });
};

/** A confirmation as a person causes it, by click or by Enter; scripts cannot make one that is trusted. */
function confirm(isTrusted = true) {
  const event = new MouseEvent("click", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "isTrusted", { value: isTrusted });
  fireEvent(screen.getByRole("button", { name: /llow$/ }), event);
}

describe("what it says", () => {
  test("the secret's name, who asks, and where the value goes", () => {
    show();
    const dialog = screen.getByRole("dialog", { name: "OPENAI_API_KEY" });
    expect(dialog.textContent).toContain("“Trip planner” by ada asks for this secret.");
    expect(dialog.textContent).toContain("Kept in this tab only.");
    expect(dialog.textContent).toContain("can read this value and send it anywhere");
  });

  test("an app that nobody vouches for is an app from a link", () => {
    show({ who: { name: "Snippet", owner: null } });
    expect(screen.getByText("An app from a link asks for this secret.")).toBeTruthy();
  });

  test("how many wait, when others do", () => {
    show({ total: 2 });
    expect(screen.getByText("1 of 2")).toBeTruthy();
  });

  test("the field is a password field that nothing completes or checks", () => {
    show();
    expect(field().type).toBe("password");
    expect(field().autocomplete).toBe("off");
    expect(field().getAttribute("spellcheck")).toBe("false");
    expect(document.activeElement).toBe(field());
    fireEvent.click(button("Show value"));
    expect(field().type).toBe("text");
    fireEvent.click(button("Hide value"));
    expect(field().type).toBe("password");
  });
});

describe("the confirmation is armed", () => {
  test("after one second, not before", () => {
    const { onAllow } = show();
    type(canary);
    wait(limits.confirmDelay - 1);
    expect(button("Add and allow").getAttribute("aria-disabled")).toBe("true");
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    expect(screen.getByRole("status").textContent).toBe("Ready in a moment.");
    wait(1);
    expect(button("Add and allow").getAttribute("aria-disabled")).toBe("false");
    confirm();
    expect(onAllow).toHaveBeenCalledExactlyOnceWith(canary);
  });

  test.each(["blur", "focus", "resize"])("anew after the window's %s", (event) => {
    const { onAllow } = show();
    type(canary);
    wait(900);
    fireEvent(window, new Event(event));
    wait(900);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    wait(100);
    confirm();
    expect(onAllow).toHaveBeenCalledOnce();
  });

  test("anew after the page was hidden", () => {
    const { onAllow } = show();
    type(canary);
    wait(limits.confirmDelay);
    fireEvent(document, new Event("visibilitychange"));
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
  });

  test("never without focus", () => {
    hasFocus.mockReturnValue(false);
    const { onAllow } = show();
    type(canary);
    wait(10 * limits.confirmDelay);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
  });

  test("never in a window too small to show the question", () => {
    vi.stubGlobal("innerWidth", 120);
    const { onAllow } = show();
    type(canary);
    wait(10 * limits.confirmDelay);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    expect(screen.getByRole("status").textContent).toBe("Make this window larger to answer.");
    vi.unstubAllGlobals();
  });
});

describe("only a person confirms", () => {
  test("an event made by a script does nothing", () => {
    const { onAllow } = show();
    type(canary);
    wait(limits.confirmDelay);
    confirm(false);
    expect(onAllow).not.toHaveBeenCalled();
  });

  test("a form submitted by a script does nothing", () => {
    const { onAllow } = show();
    type(canary);
    wait(limits.confirmDelay);
    document.querySelector("form")?.requestSubmit();
    expect(onAllow).not.toHaveBeenCalled();
  });

  test.each(["Enter", " "])("a held %j does nothing after its first press", (key) => {
    show();
    const held = { key, repeat: true };
    expect(fireEvent.keyDown(button("Add and allow"), held)).toBe(false);
    expect(fireEvent.keyDown(button("Add and allow"), { key })).toBe(true);
  });
});

describe("denying", () => {
  test("by button, at once", () => {
    const { onDeny } = show();
    fireEvent.click(button("Deny"));
    expect(onDeny).toHaveBeenCalledOnce();
  });

  test("by Escape", () => {
    const { onDeny } = show();
    const cancel = new Event("cancel", { cancelable: true });
    fireEvent(screen.getByRole("dialog"), cancel);
    expect(onDeny).toHaveBeenCalledOnce();
  });
});

describe("the value", () => {
  test("is gone from the page once given", () => {
    const { onAllow, container, unmount } = show();
    type(canary);
    wait(limits.confirmDelay);
    const input = field();
    confirm();
    expect(onAllow).toHaveBeenCalledWith(canary);
    expect(container.innerHTML).not.toContain(canary);
    unmount();
    expect(input.value).toBe("");
  });

  test("is gone from the page when the page is left", () => {
    show();
    type(canary);
    fireEvent(window, new Event("pagehide"));
    expect(field().value).toBe("");
  });

  test.each([
    ["", "Enter the value first."],
    ["x".repeat(limits.secretValue + 1), "This value is longer than 64 KiB"],
    ["é".repeat(limits.secretValue / 2 + 1), "This value is longer than 64 KiB"],
  ])("is refused with a sentence when it is empty or too long", (value, sentence) => {
    const { onAllow } = show();
    type(value);
    wait(limits.confirmDelay);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    expect(screen.getByRole("alert").textContent).toContain(sentence);
    expect(field().getAttribute("aria-invalid")).toBe("true");
  });

  test("of exactly 64 KiB is taken", () => {
    const { onAllow } = show();
    type("x".repeat(limits.secretValue));
    wait(limits.confirmDelay);
    confirm();
    expect(onAllow).toHaveBeenCalledOnce();
  });

  test("keeps spaces around it, and says so", () => {
    const { onAllow, container } = show();
    type(` ${canary} `);
    expect(container.textContent).toContain("It is kept exactly as it is.");
    wait(limits.confirmDelay);
    confirm();
    expect(onAllow).toHaveBeenCalledWith(` ${canary} `);
  });

  const paste = (text: string) =>
    fireEvent.paste(field(), { clipboardData: { getData: () => text } });

  test("pasted with several lines keeps them, masked", () => {
    const { onAllow, container } = show();
    expect(paste(`-----BEGIN\r\n${canary}\n-----END\n`)).toBe(false);
    expect(field().tagName).toBe("TEXTAREA");
    expect(container.textContent).toContain("They are kept.");
    wait(limits.confirmDelay);
    confirm();
    expect(onAllow).toHaveBeenCalledWith(`-----BEGIN\n${canary}\n-----END\n`);
  });

  test("pasted with a line end after it is left to the field, which drops it", () => {
    show();
    expect(paste(`${canary}\n`)).toBe(true);
    expect(field().tagName).toBe("INPUT");
  });
});

describe("a secret the tab already has", () => {
  const known = { ...prompt, known: true };

  test("shows no field and is allowed without its value", () => {
    const { onAllow } = show({ prompt: known });
    expect(screen.queryByLabelText("Secret value")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("heading"));
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    wait(limits.confirmDelay);
    confirm();
    expect(onAllow).toHaveBeenCalledExactlyOnceWith(null);
  });

  test("may get another value, armed anew", () => {
    const { onAllow } = show({ prompt: known });
    wait(limits.confirmDelay);
    fireEvent.click(button("Use another value"));
    expect(document.activeElement).toBe(field());
    type(canary);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    wait(limits.confirmDelay);
    confirm();
    expect(onAllow).toHaveBeenCalledExactlyOnceWith(canary);
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
    wait(limits.confirmDelay);
    change({ account: "signed-in", prompt: { ...prompt, place: "account" } });
    expect(screen.getByText("Kept in your account, encrypted.")).toBeTruthy();
    expect(field().value).toBe(canary);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    wait(limits.confirmDelay);
    confirm();
    expect(onAllow).toHaveBeenCalledExactlyOnceWith(canary);
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
    wait(limits.confirmDelay);
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
    wait(limits.confirmDelay);
    confirm();
    change({ prompt: { ...account, keeping: true } });
    change({ prompt: { ...account, problem: "unreachable" } });
    expect(screen.getByRole("alert").textContent).toContain("cannot be reached just now");
    expect(field().value).toBe(canary);
    confirm();
    expect(onAllow).toHaveBeenCalledTimes(2);
  });
});
