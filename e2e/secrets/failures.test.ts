import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, example, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

test.each([
  ["the interpreter's image", "**/_portafilter/snapshots/*.bin", "Python could not be loaded"],
  ["Python itself", "**/_portafilter/pyodide/*/pyodide.mjs", "Python could not be loaded"],
  ["the worker's script", "**/_portafilter/runner/*/worker.js", "Python could not be loaded"],
  ["a package", "**/_portafilter/packages/**", "A package of this app could not be loaded"],
])(
  "when the server does not send %s, the visitor reads what failed, and Retry works",
  async (_what, url, heading) => {
    const page = await newPage();
    await page.route(url, (route) => route.fulfill({ status: 503, body: "no" }));
    await page.goto(snippet(example("secret"), "tomlkit"));
    const shown = page.getByRole("alert");
    await shown.getByRole("heading", { name: heading }).waitFor();
    await shown.getByText("Secrets you allowed are still there.").waitFor();
    expect(await shown.locator("pre").innerText()).toMatch(/could not|did not|failed/i);
    expect(await page.locator("iframe").count()).toBe(0);

    await page.unroute(url);
    await shown.getByRole("button", { name: "Retry" }).click();
    await addAndAllow(page, "SUPER_SECRET_API_KEY", "after all");
    await app(page).getByText("after all").waitFor();
  },
);

test("a program that Python cannot read says so, also after a restart", async () => {
  const page = await newPage();
  await page.goto(snippet("import streamlit as st\nst.write('unfinished"));
  await app(page).getByText("SyntaxError").first().waitFor();
  await page.getByRole("button", { name: "Restart" }).click();
  await app(page).getByText("SyntaxError").first().waitFor();
});
