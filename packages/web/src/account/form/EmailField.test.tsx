// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { EmailField } from "./EmailField.tsx";

const listeners = new Set<() => void>();
let status = "signed-out";
vi.mock("../page-account.ts", () => ({
  pageAccount: () => ({
    get: () => ({ status }),
    subscribe: (listener: () => void) => listeners.add(listener),
  }),
}));
const become = (next: string) => {
  status = next;
  for (const listener of listeners) listener();
};

afterEach(cleanup);

/** The field as the next page shows it. */
function nextPage(): HTMLInputElement {
  cleanup();
  render(<EmailField autoComplete="username" problem={undefined} />);
  return screen.getByRole("textbox", { name: "Email" });
}

test("the email that was typed on the page before is there, until somebody has signed in, in whichever tab", () => {
  fireEvent.input(nextPage(), { target: { value: "ada@example.org" } });
  expect(nextPage().value).toBe("ada@example.org");
  fireEvent.input(nextPage(), { target: { value: "" } });
  expect(nextPage().value).toBe("");

  fireEvent.input(nextPage(), { target: { value: "ada@example.org" } });
  become("unreachable");
  expect(nextPage().value).toBe("ada@example.org");
  become("signed-in");
  become("signed-out");
  expect(nextPage().value).toBe("");
});
