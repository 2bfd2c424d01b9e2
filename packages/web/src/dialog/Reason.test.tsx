// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { loadMarkdown, Reason } from "./Reason.tsx";

afterEach(cleanup);

test.each([
  ["brackets", "[".repeat(8_000)],
  ["links", "[a](https://b.example) ".repeat(340).trim()],
])(
  "attack A5: a reason made of %s is shown as it is written, not parsed",
  async (_what, reason) => {
    await loadMarkdown();
    render(<Reason reason={reason} />);
    expect(await screen.findByText(reason)).toBeDefined();
  },
);

test("a long reason of words, with a few links, is Markdown", async () => {
  await loadMarkdown();
  const reason = `${"It reads *your* mails, and no others. ".repeat(100)} [How](https://b.example)`;
  render(<Reason reason={reason} />);
  expect((await screen.findByRole("link")).textContent).toContain("How");
});
