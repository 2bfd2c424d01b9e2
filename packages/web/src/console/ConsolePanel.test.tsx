// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { ConsolePanel } from "./ConsolePanel.tsx";
import { createConsoleLog } from "./log.ts";

afterEach(cleanup);

test("Escape closes it from wherever the keyboard is in it, and no other key does", () => {
  const onClose = vi.fn();
  render(<ConsolePanel log={createConsoleLog()} dropped={0} excess={0} onClose={onClose} />);
  fireEvent.keyDown(screen.getByRole("log"), { key: "Enter" });
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.keyDown(screen.getByRole("log"), { key: "Escape" });
  fireEvent.keyDown(screen.getByRole("button", { name: "Copy" }), { key: "Escape" });
  expect(onClose).toHaveBeenCalledTimes(2);
});
