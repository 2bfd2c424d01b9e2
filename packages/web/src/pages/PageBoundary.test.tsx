// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lazyPage } from "./lazy-page.ts";
import { PageBoundary } from "./PageBoundary.tsx";

vi.mock("./Header.tsx", () => ({ Header: () => null }));

const reload = vi.fn();
beforeEach(() => {
  // React tells of what a boundary catches.
  vi.spyOn(console, "error").mockReturnValue(undefined);
  vi.spyOn(location, "reload").mockImplementation(reload);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  reload.mockClear();
});

test("a page whose files do not come says so, and is fetched again once the server is there", async () => {
  const Page = lazyPage(
    () => Promise.reject<() => null>(new TypeError("Failed to fetch dynamically imported module")),
    (page) => page,
  );
  const { rerender } = render(
    <PageBoundary path="/how-it-works">
      <Suspense>
        <Page />
      </Suspense>
    </PageBoundary>,
  );
  await screen.findByRole("heading", { name: "This page could not be fetched" });
  expect(document.body.textContent).not.toMatch(/module|failed/i);

  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("It did not work out yet. Try again in a moment.");
  expect(reload).not.toHaveBeenCalled();

  vi.stubGlobal("fetch", () => Promise.resolve(new Response("")));
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  await vi.waitFor(() => {
    expect(reload).toHaveBeenCalledOnce();
  });

  rerender(<PageBoundary path="/">another page</PageBoundary>);
  screen.getByText("another page");
  rerender(
    <PageBoundary path="/how-it-works">
      <Suspense>
        <Page />
      </Suspense>
    </PageBoundary>,
  );
  screen.getByRole("heading", { name: "This page could not be fetched" });
});

test("a page that came and cannot be made is not said to be away", async () => {
  const Page = lazyPage(
    () => Promise.resolve(null),
    () => Promise.reject<() => null>(new Error("a mistake of ours")),
  );
  render(
    <PageBoundary path="/">
      <Suspense>
        <Page />
      </Suspense>
    </PageBoundary>,
  );
  await screen.findByRole("heading", { name: "This page failed" });
});

test("a page that fails while it is drawn says something else", () => {
  const Broken = () => {
    throw new Error("a mistake of ours");
  };
  render(
    <PageBoundary path="/">
      <Broken />
    </PageBoundary>,
  );
  screen.getByRole("heading", { name: "This page failed" });
});
