// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { patient } from "../api/patient-queries.ts";
import { AuditList } from "./AuditList.tsx";
import { tryAgainInVain } from "./testing.ts";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const entry = (seq: number) => ({
  seq,
  at: "2026-11-25T12:00:00.000Z",
  action: "session.started",
  app: null,
  secret: null,
  device: "Firefox on Linux",
});

test.each([
  ["with what came", [entry(1)], 1],
  ["with the last row, where nothing more came", [], 0],
])("after the last Show more the keyboard goes on %s", async (_, more, at) => {
  vi.stubGlobal("fetch", (path: string) =>
    Promise.resolve(
      Response.json(
        path.includes("before")
          ? { entries: more, before: null }
          : { entries: [entry(2)], before: 2 },
      ),
    ),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <AuditList />
    </QueryClientProvider>,
  );
  const button = await screen.findByRole("button", { name: "Show more" });
  button.focus();
  fireEvent.click(button);
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getAllByRole("listitem")[at]);
  });
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

test("Try again after a Show more in vain asks for more, and the keyboard goes on with what came", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1e6);
  const asked: string[] = [];
  let away = true;
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    if (!path.includes("before"))
      return Promise.resolve(Response.json({ entries: [entry(2)], before: 2 }));
    if (away) return Promise.reject(new TypeError());
    return Promise.resolve(Response.json({ entries: [entry(1)], before: null }));
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: patient } })}>
      <AuditList />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByRole("button", { name: "Show more" }));
  const again = await tryAgainInVain();
  away = false;
  fireEvent.click(again);
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getAllByRole("listitem")[1]);
  });
  expect(asked.filter((path) => !path.includes("before"))).toHaveLength(1);
  expect(screen.queryByRole("alert")).toBeNull();
});
