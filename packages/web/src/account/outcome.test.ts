// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { dropOutcome, keepOutcome, outcomeOf, settleOutcome } from "./outcome.ts";

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", "/sign-in");
});

test.each(["?deleted", "?signed-out", "?problem=oidc"])("a link with %s says nothing", (search) => {
  expect(outcomeOf(search)).toBeNull();
});

test("an outcome is said on the page that comes next, again when that is loaded anew, and on no other", () => {
  keepOutcome("deleted");
  expect(outcomeOf("")).toBe("deleted");
  settleOutcome();
  expect(outcomeOf("")).toBe("deleted");
  history.pushState(null, "", "/sign-in");
  expect(outcomeOf("")).toBeNull();
});

test.each([
  ["settled", settleOutcome],
  ["only kept", () => undefined],
])("an outcome that is %s is said no more once somebody has signed in", (_, before) => {
  keepOutcome("signed-out");
  before();
  dropOutcome();
  expect(outcomeOf("")).toBeNull();
});

test("where signing in leads is not forgotten over what happened before", () => {
  history.replaceState({ then: "/x#y" }, "");
  keepOutcome("deleted");
  settleOutcome();
  expect(history.state).toEqual({ then: "/x#y", outcome: "deleted" });
  dropOutcome();
  expect(history.state).toEqual({ then: "/x#y" });
});

test("a provider is to blame only when it sent the visitor back", () => {
  keepOutcome("provider");
  expect(outcomeOf("?problem=oidc")).toBe("provider");
  expect(outcomeOf("")).toBeNull();
});

test("nothing is said where storage is blocked, or holds what nobody kept", () => {
  sessionStorage.setItem("portafilter.outcome", "<b>hello</b>");
  expect(outcomeOf("")).toBeNull();
  const blocked = () => {
    throw new DOMException("blocked", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: blocked, setItem: blocked });
  keepOutcome("deleted");
  settleOutcome();
  expect(outcomeOf("")).toBeNull();
  vi.unstubAllGlobals();
});
