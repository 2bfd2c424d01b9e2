// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { giveFocus } from "./give-focus.ts";

beforeEach(() => {
  document.body.innerHTML =
    '<section><h2 tabindex="-1">Keys</h2><button id="mine"></button></section><button id="other"></button>';
});
const find = (selector: string) => document.querySelector<HTMLElement>(selector);
const focused = () => document.activeElement;

test("takes the keyboard from what is about to go, and from nowhere", () => {
  find("#mine")?.focus();
  giveFocus(find("h2"));
  expect(focused()).toBe(find("h2"));

  find("#mine")?.focus();
  find("#mine")?.remove();
  find("h2")?.blur();
  giveFocus(find("h2"));
  expect(focused()).toBe(find("h2"));
});

test("leaves it to somebody who has moved on", () => {
  find("#other")?.focus();
  giveFocus(find("h2"));
  expect(focused()).toBe(find("#other"));
  giveFocus(null);
  expect(focused()).toBe(find("#other"));
});
