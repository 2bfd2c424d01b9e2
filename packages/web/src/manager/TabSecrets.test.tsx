// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { TabEntry } from "../session/store.ts";
import { TabSecrets } from "./TabSecrets.tsx";

const app = "sabcdefghijklmnopqrstuvwxyz234567";

afterEach(cleanup);

/** What a tab keeps, for as long as its storage can be changed. */
function show(names: readonly string[], storage = { works: true }) {
  let entries: TabEntry[] = names.map((name) => ({ name, apps: [app] }));
  const session = {
    entries: () => entries,
    revoke: vi.fn((_: string, name: string) => {
      if (storage.works)
        entries = entries.map((one) => (one.name === name ? { ...one, apps: [] } : one));
      return storage.works;
    }),
    remove: vi.fn((name: string) => {
      if (storage.works) entries = entries.filter((one) => one.name !== name);
      return storage.works;
    }),
  };
  render(<TabSecrets session={session} />);
  return session;
}
const press = (name: string) => {
  fireEvent.click(screen.getByRole("button", { name }));
};
const said = () => screen.getByRole("status", { hidden: true }).textContent;

test("what was revoked is said by its name, and that it could not be, too", () => {
  const storage = { works: true };
  show(["KEY", "OTHER"], storage);
  expect(said()).toBe("");
  press("Revoke KEY for Snippet sabcdefghijk…");
  expect(said()).toBe("Snippet sabcdefghijk… may not use KEY any more.");
  storage.works = false;
  press("Revoke OTHER for Snippet sabcdefghijk…");
  expect(said()).toBe("The browser did not let this tab's storage be changed.");
});

test("names stand where people look for them", () => {
  show(["KEY_10", "key_2", "Another"]);
  const names = screen.getAllByRole("heading", { level: 3 }).map((one) => one.textContent);
  expect(names).toEqual(["Another", "key_2", "KEY_10"]);
});

test("deleting is asked about first, as in an account", async () => {
  const session = show(["KEY", "OTHER"]);
  press("Delete KEY");
  screen.getByRole("alertdialog", { name: "Delete KEY?" });
  press("Keep it");
  expect(session.remove).not.toHaveBeenCalled();
  screen.getByRole("button", { name: "Delete KEY" }).focus();
  press("Delete KEY");
  await waitFor(() => {
    expect(document.activeElement?.closest("[role=alertdialog]")).toBeTruthy();
  });
  press("Delete for good");
  expect(session.remove).toHaveBeenCalledExactlyOnceWith("KEY");
  expect(said()).toBe("KEY is deleted.");
  expect(screen.queryByRole("heading", { name: "KEY" })).toBeNull();
  // What had the keyboard has gone.
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: /of this tab$/ }));
  });
});
