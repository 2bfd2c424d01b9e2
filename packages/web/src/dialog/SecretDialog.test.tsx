// @vitest-environment happy-dom
import { limits } from "@portafilter/protocol";
import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { button, canary, confirm, field, inWindow, show, type, wait } from "./testing.tsx";

inWindow();

describe("what it says", () => {
  test("the secret's name, who asks, and where the value goes", () => {
    show();
    const dialog = screen.getByRole("dialog", { name: "OPENAI_API_KEY" });
    expect(dialog.textContent).toContain("“Trip planner” by ada asks for this secret.");
    expect(dialog.textContent).toContain("Kept in this tab only.");
    expect(dialog.textContent).toContain("can read this value and send it anywhere");
  });

  test("an app that nobody vouches for is an app from a link", () => {
    show({ who: { name: "Snippet", owner: null, shortId: "sabcdefghijk…" } });
    expect(screen.getByText("An app from a link asks for this secret.")).toBeTruthy();
    // As where grants are listed.
    expect(screen.getByText("Snippet sabcdefghijk…")).toBeTruthy();
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
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
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
