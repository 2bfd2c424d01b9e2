// @vitest-environment happy-dom
import { limits } from "@portafilter/protocol";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { VersionList } from "./VersionList.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** What the page of a secret says whose kept versions are these. */
async function shown(from: number, to: number): Promise<string> {
  const versions = Array.from({ length: to - from + 1 }, (_, n) => {
    return { version: to - n, createdAt: "2026-11-25T12:00:00.000Z" };
  });
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ versions })));
  const { container } = render(
    <QueryClientProvider client={new QueryClient()}>
      <VersionList secret={{ id: "id", name: "KEY", version: to }} onDone={() => undefined} />
    </QueryClientProvider>,
  );
  await screen.findByText(`Version ${to}`);
  return container.textContent;
}

test("earlier versions that are gone are told of, and only those", async () => {
  const words = "The last 100 versions are kept. Earlier ones are gone.";
  expect(await shown(2, limits.versionsPerSecret + 1)).toContain(words);
  cleanup();
  expect(await shown(1, limits.versionsPerSecret)).not.toContain(words);
});
