// @vitest-environment happy-dom
import { limits } from "@portafilter/protocol";
import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import {
  areInSight,
  button,
  canary,
  confirm,
  field,
  inWindow,
  show,
  type,
  untilArmed,
  wait,
} from "./testing.tsx";

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
    expect(field().autocomplete).toBe("new-password");
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
    wait(untilArmed);
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
    wait(untilArmed);
    confirm();
    expect(onAllow).toHaveBeenCalledOnce();
  });

  const happen = (where: EventTarget, type: string) => {
    fireEvent(where as Element, new Event(type, { bubbles: true }));
  };

  test.each(["pointerdown", "pointerup", "keydown", "keyup", "click"])(
    "attack C3: anew after each %s anywhere in the page",
    (event) => {
      const { onAllow } = show();
      type(canary);
      for (let i = 0; i < 5; i++) {
        wait(900);
        happen(document.body, event);
      }
      confirm();
      expect(onAllow).not.toHaveBeenCalled();
      wait(untilArmed);
      happen(document.body, event);
      confirm();
      expect(onAllow).toHaveBeenCalledOnce();
    },
  );

  test("typing goes on as long as it likes, and half a second of quiet is enough after it", () => {
    const { onAllow } = show();
    for (let i = 0; i < 10; i++) {
      wait(300);
      happen(field(), "keydown");
      happen(field(), "keyup");
    }
    type(canary);
    wait(limits.confirmQuiet - 50);
    expect(button("Add and allow").getAttribute("aria-disabled")).toBe("true");
    wait(100);
    happen(field(), "keydown");
    confirm();
    expect(onAllow).toHaveBeenCalledOnce();
  });

  test.each([
    ["pointerdown", "pointerup"],
    ["keydown", "keyup"],
  ])("attack C3: a %s that is held until it is armed does not confirm by its %s", (down, up) => {
    const { onAllow } = show();
    type(canary);
    happen(button("Add and allow"), down);
    wait(untilArmed);
    happen(button("Add and allow"), up);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
  });

  test("anew after the page was hidden", () => {
    const { onAllow } = show();
    type(canary);
    wait(untilArmed);
    fireEvent(document, new Event("visibilitychange"));
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
  });

  test("never without focus", () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
    const { onAllow } = show();
    type(canary);
    wait(10 * untilArmed);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
  });

  test("never while part of the question is out of sight", () => {
    areInSight.mockReturnValue(false);
    const { onAllow } = show();
    type(canary);
    wait(10 * untilArmed);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    expect(screen.getByRole("status").textContent).toBe("Make this window larger to answer.");
    areInSight.mockReturnValue(true);
    wait(untilArmed);
    confirm();
    expect(onAllow).toHaveBeenCalledOnce();
  });
});

describe("only a person confirms", () => {
  test("an event made by a script does nothing", () => {
    const { onAllow } = show();
    type(canary);
    wait(untilArmed);
    confirm(false);
    expect(onAllow).not.toHaveBeenCalled();
  });

  test("a form submitted by a script does nothing", () => {
    const { onAllow } = show();
    type(canary);
    wait(untilArmed);
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
    wait(untilArmed);
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
    wait(untilArmed);
    confirm();
    expect(onAllow).not.toHaveBeenCalled();
    expect(screen.getByRole("alert").textContent).toContain(sentence);
    expect(field().getAttribute("aria-invalid")).toBe("true");
  });

  test("of exactly 64 KiB is taken", () => {
    const { onAllow } = show();
    type("x".repeat(limits.secretValue));
    wait(untilArmed);
    confirm();
    expect(onAllow).toHaveBeenCalledOnce();
  });

  test("keeps spaces around it, and says so", () => {
    const { onAllow, container } = show();
    type(` ${canary} `);
    expect(container.textContent).toContain("It is kept exactly as it is.");
    wait(untilArmed);
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
    wait(untilArmed);
    confirm();
    expect(onAllow).toHaveBeenCalledWith(`-----BEGIN\n${canary}\n-----END\n`);
  });

  test("pasted with a line end after it is left to the field, which drops it", () => {
    show();
    expect(paste(`${canary}\n`)).toBe(true);
    expect(field().tagName).toBe("INPUT");
  });
});
