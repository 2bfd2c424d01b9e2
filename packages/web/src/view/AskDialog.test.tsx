// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { AskDialog } from "./AskDialog.tsx";

afterEach(cleanup);

test("a question is announced as one, a form is not", () => {
  const onClose = vi.fn();
  render(
    <AskDialog title="Delete it?" onClose={onClose}>
      <button type="button">Delete</button>
    </AskDialog>,
  );
  screen.getByRole("alertdialog", { name: "Delete it?" });
  cleanup();
  render(
    <AskDialog kind="form" title="Rename it" onClose={onClose}>
      <input />
    </AskDialog>,
  );
  screen.getByRole("dialog", { name: "Rename it" });
});

test.each(["question", "form"] as const)(
  "a %s is closed by Escape, not by a click beside it",
  (kind) => {
    const onClose = vi.fn();
    render(
      <AskDialog kind={kind} title="Sure?" onClose={onClose}>
        <button type="button">Yes</button>
      </AskDialog>,
    );
    for (const layer of document.querySelectorAll('[role="presentation"]')) {
      fireEvent.pointerDown(layer);
      fireEvent.mouseDown(layer);
      fireEvent.click(layer);
    }
    expect(onClose).not.toHaveBeenCalled();
    fireEvent.keyDown(screen.getByRole("button"), { key: "Escape" });
    expect(onClose).toHaveBeenCalledOnce();
  },
);

test("a question over another one dims it", () => {
  render(
    <AskDialog title="Delete your account?" onClose={vi.fn()}>
      <AskDialog title="Confirm that it is you" onClose={vi.fn()}>
        <button type="button">Confirm</button>
      </AskDialog>
    </AskDialog>,
  );
  // What comes later lies above: dimming, dialog, dimming, dialog.
  const layers = document.querySelectorAll('[class*="backdrop"], [role="alertdialog"]');
  expect(Array.from(layers, (layer) => layer.getAttribute("role"))).toEqual([
    "presentation",
    "alertdialog",
    "presentation",
    "alertdialog",
  ]);
});
