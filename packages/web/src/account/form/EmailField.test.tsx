// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { EmailField, forgetEmail } from "./EmailField.tsx";

afterEach(cleanup);

/** The field as the next page shows it. */
function nextPage(): HTMLInputElement {
  cleanup();
  render(<EmailField autoComplete="username" problem={undefined} />);
  return screen.getByRole("textbox", { name: "Email" });
}

test("the email that was typed on the page before is there, until somebody has signed in", () => {
  fireEvent.input(nextPage(), { target: { value: "ada@example.org" } });
  expect(nextPage().value).toBe("ada@example.org");
  fireEvent.input(nextPage(), { target: { value: "" } });
  expect(nextPage().value).toBe("");

  fireEvent.input(nextPage(), { target: { value: "ada@example.org" } });
  forgetEmail();
  expect(nextPage().value).toBe("");
});
