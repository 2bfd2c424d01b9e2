import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect } from "vitest";

/** Presses Try again with the keyboard on it, in vain: it is busy for a while, and keeps the keyboard. @returns it. */
export async function tryAgainInVain(): Promise<HTMLElement> {
  const again = await screen.findByRole("button", { name: "Try again" });
  again.focus();
  fireEvent.click(again);
  expect(again.getAttribute("aria-busy")).toBe("true");
  await waitFor(() => {
    expect(again.getAttribute("aria-busy")).toBe("false");
  });
  expect(document.activeElement).toBe(again);
  return again;
}
