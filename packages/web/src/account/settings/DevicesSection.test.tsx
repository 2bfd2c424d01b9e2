// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { patient } from "../../api/patient-queries.ts";
import { DevicesSection } from "./DevicesSection.tsx";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const device = (id: string, current: boolean) => ({
  id,
  device: `Firefox on ${id}`,
  startedAt: "2026-11-25T12:00:00.000Z",
  lastSeenAt: "2026-11-25T12:00:00.000Z",
  current,
});

test("a device that was ended is said, and others can be, when the list cannot be had then", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1e6);
  let away = false;
  const ended: string[] = [];
  vi.stubGlobal("fetch", (path: string, { method }: { method: string }) => {
    if (method !== "GET") ended.push(path);
    else if (away) return Promise.reject(new TypeError());
    return Promise.resolve(
      Response.json(method === "GET" ? { devices: [device("A", true), device("B", false)] } : {}),
    );
  });
  const queries = new QueryClient({ defaultOptions: { queries: patient } });
  render(
    <QueryClientProvider client={queries}>
      <DevicesSection confirmed={(act) => act()} />
    </QueryClientProvider>,
  );
  const end = await screen.findByRole("button", { name: /^End Firefox on B/ });
  away = true;
  fireEvent.click(end);
  await waitFor(() => {
    expect(screen.getByRole("status").textContent).toBe("That device is signed out.");
    expect(end.getAttribute("aria-disabled")).toBe("false");
  });
  expect(ended).toHaveLength(1);
});
