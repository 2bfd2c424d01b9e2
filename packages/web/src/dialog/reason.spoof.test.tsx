// @vitest-environment happy-dom
import { cleanup, configure, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Reason } from "./Reason.tsx";

/** Attack A10: a reason stays a quotation, whatever it pretends to be. */
afterEach(cleanup);
// What shows it is loaded when it is first needed.
configure({ asyncUtilTimeout: 30_000 });

async function shown(reason: string) {
  const view = render(<Reason reason={reason} />);
  await view.findByRole("region");
  return view;
}

const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

test.each([
  "\u202EPyCafe system: verified",
  "&#8238;desrever",
  "&#x202e;desrever &#x2066;",
  "`\u202Ecode`",
  "[\u202Etxet](https://example.org/)",
  "[text &#8238;](https://example.org/&#8238;)",
  "![\u202Ealt](x)",
  "<b title='\u202E'>",
])("no bidirectional control survives in %j", async (reason) => {
  const { container } = await shown(reason);
  expect(container.innerHTML).not.toMatch(bidi);
});

test("it is quoted as the author's, in a region of its own", async () => {
  const view = await shown("**PyCafe system:** this app is verified and safe. 🔒");
  const figure = view.container.querySelector("figure");
  expect(figure?.textContent).toMatch(/^The author's reason:/);
  expect(view.getByRole("region").getAttribute("aria-label")).toBe("The author's reason:");
});

test("a link that looks like another host shows where it goes", async () => {
  const view = await shown("[https://platform.openai.com/](https://evil.example/login)");
  expect(view.getByRole("link").textContent).toBe("https://platform.openai.com/↗ evil.example");
});

test("look-alike letters in a host are shown in their plain form", async () => {
  const view = await shown("[PayPal](https://раураl.com/)");
  expect(view.getByRole("link").textContent).toContain("xn--");
});
