// @vitest-environment happy-dom
import fc from "fast-check";
import { expect, test } from "vitest";
import { close, keepThen, ownPath, settleThen, takeThen, thenOf, withThen } from "./then.ts";

const origin = "https://pycafe.example";

test.each([
  ["/", "/"],
  ["/settings/secrets", "/settings/secrets"],
  ["/a/../b?x=1#y", "/b?x=1#y"],
  ["/snippet/streamlit/v1#c=H4s%2B", "/snippet/streamlit/v1#c=H4s%2B"],
  ["/x?u=https://evil.test/", "/x?u=https://evil.test/"],
  ["/@evil.test", "/@evil.test"],
])("%s is a place here", (text, path) => {
  expect(ownPath(text, origin)).toBe(path);
});

test.each([
  "",
  "close",
  "settings",
  "?x",
  "#x",
  "//evil.test",
  "///evil.test",
  "/\\evil.test",
  "\\\\evil.test",
  "/\t/evil.test",
  "/\n/evil.test",
  "\t//evil.test",
  " //evil.test",
  "/.//evil.test",
  "/..//evil.test",
  "/a/..//evil.test",
  "/%2e//evil.test",
  "/%2E%2e//evil.test",
  "/a/%2e%2e//evil.test",
  "https://evil.test/",
  "https:evil.test",
  "https://pycafe.example@evil.test/",
  "javascript:alert(1)",
  "data:text/html,x",
  "/\u0000/evil.test",
  `/${"a".repeat(1024 * 1024)}`,
])("%j is no place here", (text) => {
  expect(ownPath(text, origin)).toBeNull();
});

test("whatever it is given, a browser stays on this site", () => {
  const pieces = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "%2e",
    "%2f",
    "\t",
    "\n",
    "@",
    ":",
    "evil.test",
    "http:",
    "?",
    "#",
    " ",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(pieces).map((all) => all.join("")),
      ),
      (text) => {
        const path = ownPath(text, origin);
        if (path === null) return;
        expect(new URL(path, origin).origin).toBe(origin);
        // Once more, as the next page does.
        expect(ownPath(path, origin)).toBe(path);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("then in a query", () => {
  expect(thenOf("?then=%2Fsettings%2Faccount")).toBe("/settings/account");
  expect(thenOf("?then=close")).toBe("close");
  expect(thenOf("?then=//evil.test")).toBeNull();
  expect(thenOf("")).toBeNull();
});

test.each([
  "/snippet/streamlit/v1#code=canary",
  "/snippet/streamlit/v1?code=canary",
  "/snippet/streamlit/v1%23code=canary",
  "/#c=canary",
  "/how-it-works#c=canary",
  "/how-it-works?canary",
  "/settings/secrets?canary",
  "/settings/secrets/canary",
  "/canary",
])("what may be code goes with the tab's history and never with the address: %s", (then) => {
  const { href, state } = withThen("/sign-in", then);
  expect(href).toBe("/sign-in");
  expect(thenOf("", state)).toBe(then);
});

test.each(["/", "/how-it-works", "/how-it-works#host", "/settings/account", close])(
  "a page of ours is named by the address, for a tab of its own: %s",
  (then) => {
    const { href, state } = withThen("/sign-in", then);
    expect(state).toBeNull();
    expect(thenOf(new URL(href, origin).search)).toBe(then);
  },
);

test("what the history says is judged like what an address says, and counts first", () => {
  expect(thenOf("?then=/how-it-works", { then: "/a#b" })).toBe("/a#b");
  for (const state of [{ then: "//evil.test" }, { then: 1 }, "then", null])
    expect(thenOf("?then=/how-it-works", state)).toBe("/how-it-works");
});

test("code that a link has put into `then` leaves the address for the history", () => {
  history.replaceState(
    { outcome: "deleted" },
    "",
    "/sign-in?then=%2Fx%23code%3Dcanary&problem=oidc",
  );
  settleThen();
  expect(location.pathname + location.search).toBe("/sign-in?problem=oidc");
  expect(history.state).toEqual({ outcome: "deleted", then: "/x#code=canary" });
  history.replaceState(null, "", "/sign-in?then=close");
  settleThen();
  expect(location.search).toBe("?then=close");
});

test("then survives a provider's site, once, and only if it is a place here", () => {
  keepThen("/settings/account");
  expect(takeThen()).toBe("/settings/account");
  expect(takeThen()).toBeNull();
  sessionStorage.setItem("portafilter.then", "//evil.test");
  expect(takeThen()).toBeNull();
});
