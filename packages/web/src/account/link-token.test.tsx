// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, expect, test } from "vitest";
import { linkToken } from "./link-token.ts";
import { useLinkToken } from "./use-link-token.ts";

afterEach(cleanup);

function Page() {
  return <p>{useLinkToken() ?? "none"}</p>;
}

test.each([
  ["#token=abc-DEF_1.2", "abc-DEF_1.2"],
  ["#token=", null],
  ["#other=x", null],
  ["", null],
])("%s", (hash, token) => {
  expect(linkToken(hash)).toBe(token);
});

test("leaves the address bar, however often React draws the page", () => {
  history.replaceState(null, "", "/reset?a=1#token=first");
  render(<Page />, { wrapper: StrictMode });
  expect(screen.getByText("first")).toBeTruthy();
  expect(location.pathname + location.search + location.hash).toBe("/reset?a=1");
});

test("another link that is opened while the page is shown counts", () => {
  history.replaceState(null, "", "/reset#token=first");
  render(<Page />);
  act(() => {
    history.replaceState(null, "", "/reset#token=second");
    dispatchEvent(new Event("hashchange"));
  });
  expect(screen.getByText("second")).toBeTruthy();
  expect(location.hash).toBe("");
});
