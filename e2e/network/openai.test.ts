import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { app, snippet } from "../harness/snippet.ts";
import { openWorld } from "../harness/world.ts";
import { createOpenai } from "./openai-site.ts";

let openai = createOpenai();
const world = await openWorld({
  "api.openai.com": (request, response) => {
    openai.answer(request, response);
  },
  // Answers, but allows no page to read it.
  "closed.test": (_request, response) => response.end("{}"),
});
const { page: newPage } = useChromium({
  proxy: { server: `http://127.0.0.1:${world.port}`, bypass: "*.localhost" },
  ignoreHTTPSErrors: true,
});
afterAll(() => world.stop());
beforeEach(() => {
  openai = createOpenai();
});

const code = readFileSync("e2e/network/apps/openai_calls.py", "utf8");

test("openai 2, without requirements: sync, async, streams and refusals", {
  timeout: 240_000,
}, async () => {
  const page = await newPage();
  await page.goto(snippet(code));
  await app(page)
    .getByText(/^openai 2\./)
    .waitFor();
  await converse(page);
});

test("openai 3, where its wheels can be had", { timeout: 240_000 }, async ({ annotate }) => {
  const page = await newPage();
  await page.goto(snippet(code, "openai>=3,<4"));
  const runs = app(page).getByText(/^openai 3\./);
  const fails = page.getByText("The requirement “openai>=3,<4” could not be installed");
  await Promise.any([runs.waitFor(), fails.waitFor()]);
  if (await fails.isVisible()) {
    await annotate("openai 3 cannot be had here: its failure was tested, the library was NOT");
    return;
  }
  await annotate("openai 3 can be had here and was tested");
  await converse(page);
});

async function converse(page: Page): Promise<void> {
  await app(page).getByText("Sync: Very cool.", { exact: true }).waitFor();
  await app(page).getByText("Async: Very cool. Very cool.").waitFor();

  const message = app(page).getByLabel("Chat message from assistant");
  await message.getByText("Wonder", { exact: true }).waitFor();
  openai.goOn();
  await message.getByText("Wonderfully cool.").waitFor();
  await app(page).getByText("Async stream: Wonderfully cool.").waitFor();

  await app(page).getByText("Wrong key: Error code: 401").waitFor();
  const elsewhere = await app(page)
    .getByText(/^Elsewhere: /)
    .textContent();
  expect(elsewhere).toMatch(/Connection error\. .*closed\.test.*\(CORS\)/);

  const question = { model: "gpt-4o-mini", messages: [{ role: "user", content: "How cool?" }] };
  for (const { body } of openai.seen) expect(body).toMatchObject(question);
  expect(openai.seen.map(({ authorization }) => authorization)).toEqual(
    ["sync", "async", "async", "sync", "async-stream", "wrong"].map((key) => `Bearer sk-${key}`),
  );
}
