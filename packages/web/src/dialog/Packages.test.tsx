// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { inWindow, prompt, show } from "./testing.tsx";

inWindow();
const item = (name: string, version = "1.0", digit = "a") => ({
  name,
  version,
  sha256: digit.repeat(64),
});

test("an app that loads nothing from outside is asked about without a word of packages, but one", () => {
  show();
  expect(screen.queryByText(/from outside this server/)).toBeNull();
  expect(screen.getByText(/An app you allow, and the packages it loads, can read/)).toBeTruthy();
});

test("packages from outside are listed behind a line that counts them", () => {
  show({ prompt: { ...prompt, loads: [item("helper"), item("other", "2.0")] } });
  const summary = screen.getByText("It loads 2 packages from outside this server");
  expect(summary.closest("details")?.open).toBe(false);
  expect(summary.closest("details")?.textContent).toContain("helper 1.0 aaaaaaaaaaaa…");
});

test("attack A11: the visitor sees what has changed since the app was allowed", () => {
  const before = [item("gone"), item("helper"), item("same")];
  const loads = [item("helper", "1.1"), item("new"), item("same", "1.0", "b")];
  show({ prompt: { ...prompt, known: true, loads, atStart: loads, changed: { before } } });
  const lines = [...document.querySelectorAll("div > ul > li")].map((line) => line.textContent);
  expect(lines).toEqual([
    "helper 1.0 is now 1.1",
    "same 1.0 has other contents now",
    "gone 1.0 is gone",
    "new 1.0 is new",
  ]);
  expect(screen.getByText(/You allowed this app to use it, but not with these/)).toBeTruthy();
});

test("attack A11: an app that runs cannot pass an exchanged package off as a new one", () => {
  const [honest, evil] = [item("helper"), item("helper", "1.0", "e")];
  const loads = [item("a"), honest, evil];
  show({
    prompt: { ...prompt, known: true, loads, atStart: [evil], changed: { before: [honest] } },
  });
  const lines = [...document.querySelectorAll("div > ul > li")].map((line) => line.textContent);
  expect(lines).toEqual([
    "helper 1.0 has other contents now",
    "a 1.0 came later, says the app itself",
  ]);
});

test("a long difference is cut, and one that is not known is told as such", () => {
  const loads = Array.from({ length: 9 }, (_, at) => item(`p${at}`));
  const { change } = show({
    prompt: { ...prompt, known: true, loads, atStart: loads, changed: { before: [] } },
  });
  expect(document.querySelectorAll("div > ul > li")).toHaveLength(6);
  expect(screen.getByText("and 4 more")).toBeTruthy();
  change({ prompt: { ...prompt, known: true, loads, atStart: loads, changed: { before: null } } });
  expect(screen.getByText("What this app loads has changed since you allowed it.")).toBeTruthy();
});
