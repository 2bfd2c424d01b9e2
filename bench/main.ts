import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { flags } from "../e2e/harness/flags.ts";
import { freePort, startServer } from "../e2e/harness/process.ts";
import { largestRenderer } from "./memory.ts";
import { readSecretTimes, secretTimes } from "./secrets.ts";
import { measureStart, noteMessages, type Start } from "./start.ts";
import { median, table } from "./table.ts";

/** `make bench`: the first program, cold and warm, and what a secret costs. Numbers go into bench/README.md. */
const runs = 5;

const server = await startServer({
  PORT: await freePort(),
  DATA_DIR: process.env.DATA_DIR ?? "data",
});
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags });
const link = (code: string) =>
  `${server.address}/snippet/streamlit/v1#c=${encodeURIComponent(gzipSync(JSON.stringify({ code, requirements: "" })).toString("base64"))}`;
const first = link(readFileSync("examples/secret.py", "utf8"));

const cold: Start[] = [];
const warm: Start[] = [];
const memory: number[] = [];
for (let run = 0; run < runs; run++) {
  const context = await browser.newContext();
  await context.addInitScript(noteMessages);
  for (const into of [cold, warm]) {
    const { page, start } = await measureStart(context, first);
    into.push(start);
    if (into === cold) memory.push(await largestRenderer(browser));
    await page.close();
  }
  await context.close();
}

const times: { first: number; again: number }[] = [];
const context = await browser.newContext();
const page = await context.newPage();
for (let run = 0; run <= runs; run++) {
  if (run === 0) {
    await page.goto(link(secretTimes));
    await page.getByRole("dialog").getByLabel("Secret value", { exact: true }).fill("bench");
    await page.waitForTimeout(1_100);
    await page.getByRole("button", { name: "Add and allow" }).click();
  } else await page.reload();
  const text = await page
    .frameLocator('iframe[title="App"]')
    .getByText(/^first /)
    .innerText();
  if (run > 0) times.push(readSecretTimes(text));
}
await browser.close();
await server.stop();

const phases = ["frame", "runtime", "starting", "ready", "asked", "dialog"] as const;
const columns = (starts: Start[]) =>
  phases.map((phase) => `${median(starts.map((s) => s[phase])).toFixed(0)} ms`);
const megabytes = (starts: Start[]) =>
  `${(median(starts.map(({ bytes }) => bytes)) / 1e6).toFixed(1)} MB`;
console.log(
  `\nFirst program, from the address to the dialog (medians of ${runs}; times since the address was entered)\n`,
);
console.log(
  table(
    [
      "",
      "service worker up",
      "runtime there",
      "packages there",
      "app answers",
      "secret asked",
      "dialog shown",
      "received",
    ],
    [
      ["cold", ...columns(cold), megabytes(cold)],
      ["warm", ...columns(warm), megabytes(warm)],
    ],
  ),
);
console.log("\nSecrets and memory\n");
console.log(
  table(
    ["measure", "median"],
    [
      ["first allowed get_secret of a run", `${median(times.map((t) => t.first)).toFixed(2)} ms`],
      [
        "get_secret again in one run",
        `${(median(times.map((t) => t.again)) * 1000).toFixed(1)} µs`,
      ],
      ["renderer of the app, resident, at the dialog", `${median(memory).toFixed(0)} MB`],
    ],
  ),
);
