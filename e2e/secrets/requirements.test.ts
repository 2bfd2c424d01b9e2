import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();
const program = 'import streamlit as st\nst.write("runs")';

/** Opens an app with these requirements and returns what the visitor reads of their failure. */
async function failure(page: Page, requirements: string): Promise<string> {
  await page.goto(snippet(program, requirements));
  const shown = page.getByRole("alert");
  await shown.getByRole("heading", { name: "A package of this app could not be loaded" }).waitFor();
  expect(await shown.getByRole("button", { name: "Retry" }).count()).toBe(1);
  return shown.locator("pre").innerText();
}

/** Answers for the server's index, so that the test needs none outside of this machine. */
async function index(page: Page, files: Record<string, string[]>): Promise<void> {
  await page.route("**/_portafilter/index/*/", async (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-2) ?? "";
    const known = files[name];
    if (known === undefined) {
      await route.fulfill({
        status: 404,
        json: { error: { code: "package_unknown", message: "" } },
      });
      return;
    }
    await route.fulfill({
      contentType: "application/vnd.pypi.simple.v1+json",
      body: JSON.stringify({
        meta: { "api-version": "1.1" },
        name,
        versions: ["1.0"],
        files: known.map((filename) => ({
          filename,
          url: `/_portafilter/packages/${"0".repeat(64)}/${filename}`,
          hashes: { sha256: "0".repeat(64) },
          size: 1,
        })),
      }),
    });
  });
}

test("a requirement that cannot be met: the visitor reads which line it was, and why", async () => {
  const page = await newPage();
  await index(page, {
    "only-source": ["only-source-1.0.tar.gz"],
    "for-windows": ["for_windows-1.0-cp314-cp314-win_amd64.whl"],
  });

  const unknown = await failure(page, "# tools\n\nno-such-package==1.2  # the one");
  expect(unknown).toContain("The requirement “no-such-package==1.2” could not be installed");
  expect(unknown).not.toContain("Traceback");

  const source = await failure(page, "only-source");
  expect(source).toContain("The requirement “only-source” could not be installed");
  expect(source).toMatch(/wheel/);

  const windows = await failure(page, "for-windows>=1");
  expect(windows).toContain("The requirement “for-windows>=1” could not be installed");
  expect(windows).toMatch(/wheel/);

  const conflict = await failure(page, "streamlit==1.0.0");
  expect(conflict).toContain("The requirement “streamlit==1.0.0” could not be installed");
  expect(conflict).toMatch(/already installed|is installed/);

  const nonsense = await failure(page, "this is not a requirement !!");
  expect(nonsense).toContain(
    "The requirement “this is not a requirement !!” could not be installed",
  );
});
