import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "playwright-core";
import { afterAll, test } from "vitest";
import { ready, useHostPage } from "../e2e/web-fixture/host-page.ts";
import { table } from "./table.ts";

/**
 * `make bench-browsers`: how long the host page does not draw while a hostile app sends. The runtime frame
 * has no Python in it, so that nothing else takes the processor.
 */
const { open } = useHostPage();
const rows: string[][] = [];

const asking = (i: string) =>
  `{ v: 1, type: "secret.request", id: ${i}, name: "KEY", reason: "Please." }`;
const pairs = (count: number, every: number) => `
  var n = 0
  var flood = setInterval(() => {
    for (let i = 0; i < ${count}; i++) {
      say(${asking('"id" + n')})
      say({ v: 1, type: "secret.cancel", id: "id" + n++ })
    }
  }, ${every})`;
const lines = (text: string) => `
  var text = ${text}
  var flood = setInterval(() => say({ v: 1, type: "app.console", stream: "stdout", text }), 10)`;
const reasons = (reason: string) => `
  var n = 0
  var flood = setInterval(() => {
    say({ v: 1, type: "secret.request", id: "id" + n, name: "KEY", reason: ${reason} })
    setTimeout((id) => say({ v: 1, type: "secret.cancel", id }), 8, "id" + n++)
  }, 10)`;

const floods: readonly [name: string, where: "runtime" | "app", source: string][] = [
  ["nothing", "runtime", "var flood = 0"],
  ["4,500 requests and their cancels a second", "runtime", pairs(45, 10)],
  ["700 requests and their cancels a second", "runtime", pairs(7, 10)],
  [
    "requests without end",
    "runtime",
    `var n = 0; var flood = setInterval(() => { for (let i = 0; i < 45; i++) say({ v: 1, type: "secret.request", id: "id" + n, name: "KEY" + n++, reason: null }) }, 10)`,
  ],
  [
    "progress",
    "runtime",
    `var n = 0; var flood = setInterval(() => { for (let i = 0; i < 45; i++) say({ v: 1, type: "app.progress", phase: "packages", detail: "p" + n++, done: 0.5 }) }, 10)`,
  ],
  ["lines of 10 MB", "runtime", lines('"x".repeat(1e7)')],
  ["lines of 64 KiB", "runtime", lines('"x".repeat(65536)')],
  ["short lines, 64 KiB of them", "runtime", lines('"x\\n".repeat(32768)')],
  ["lines of marks, 64 KiB", "runtime", lines('"a\\u0301\\u0302\\u0303\\u0304".repeat(13000)')],
  ["lines of letters that join, 64 KiB", "runtime", lines('"\\u0628".repeat(65536)')],
  [
    "lines of emoji, 64 KiB",
    "runtime",
    lines('"\\u{1F468}\\u200d\\u{1F469}\\u200d\\u{1F467}".repeat(8000)'),
  ],
  ["reasons of 8 KiB", "runtime", reasons('"x".repeat(8192)')],
  ["reasons that nest", "runtime", reasons('"> ".repeat(4000)')],
  ["reasons of brackets", "runtime", reasons('"[".repeat(8000)')],
  ["reasons of stars", "runtime", reasons('"*a **b ".repeat(1100)')],
  [
    "reasons of backticks",
    "runtime",
    reasons('Array.from({length: 120}, (_, i) => "`".repeat(i)).join(" ")'),
  ],
  ["reasons of lists", "runtime", reasons('"- ".repeat(4000)')],
  ["reasons of links", "runtime", reasons('"[a](https://b.c) ".repeat(480)')],
  [
    "objects of a million keys",
    "runtime",
    `var big = Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => ["k" + i, i])); var flood = setInterval(() => say(big), 500)`,
  ],
  [
    "cyclic objects, nested",
    "runtime",
    `var big = []; for (let i = 0; i < 500; i++) big = [big, big]; big.push(big); var flood = setInterval(() => { for (let i = 0; i < 45; i++) say(big) }, 10)`,
  ],
  [
    "arrays of a million objects",
    "runtime",
    `var big = Array.from({ length: 1e6 }, () => ({})); var flood = setInterval(() => say(big), 1000)`,
  ],
  [
    "window messages of the runtime frame",
    "runtime",
    `var flood = setInterval(() => { for (let i = 0; i < 45; i++) parent.postMessage(i, "*") }, 10)`,
  ],
  [
    "window messages of the app frame",
    "app",
    `var flood = setInterval(() => { for (let i = 0; i < 500; i++) parent.postMessage(i, "*") }, 10)`,
  ],
  [
    "window messages of a million keys",
    "app",
    `var big = Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => ["k" + i, i])); var flood = setInterval(() => parent.postMessage(big, "*"), 500)`,
  ],
  [
    "failures",
    "runtime",
    `var flood = setInterval(() => { for (let i = 0; i < 45; i++) say({ v: 1, type: "app.failed", phase: "ready", message: "x".repeat(16384) }) }, 10)`,
  ],
];

test.each(floods)("%s", async (name, where, source) => {
  const host = await open();
  await host.say(ready);
  const { page } = host;
  const app = page.frameLocator('iframe[title="App"]').locator("html");
  await app.waitFor();
  if (name.includes("lines")) await host.button("Console").click();
  await watch(page);
  const inApp = (script: string) => app.evaluate((_, text) => (0, eval)(text) as unknown, script);
  const run = where === "app" ? inApp : host.inFrame;
  await run(
    `setTimeout(() => { ${source.replaceAll("var ", "window.").replaceAll("window.big = []; for", "var big = []; for").replaceAll("big = [big, big]; big.push(big);", "big = [big, big]; big.push(big); window.big = big;")} }); setTimeout(() => clearInterval(window.flood), 2000); 0`,
  );
  await delay(2_000);
  // What the frame still has at hand to send goes out first.
  await Promise.race([run("0").catch(() => undefined), delay(3_000)]);
  const seen = await Promise.race([
    seenIn(page),
    delay(90_000).then(() => ({ gap: Number.NaN, task: Number.NaN, drawn: 0 })),
  ]);
  const end = (await page.getByText("so it was cut off").count()) > 0 ? "cut off" : "";
  rows.push([
    name,
    `${seen.gap.toFixed(0)} ms`,
    `${seen.task.toFixed(0)} ms`,
    String(seen.drawn),
    end,
  ]);
  console.log(rows.at(-1));
});

afterAll(() => {
  console.log("\nThe host page while an app sends for two seconds\n");
  console.log(table(["what it sends", "longest gap", "longest task", "frames drawn", ""], rows));
});

/** Notes how long the page goes without drawing, and its longest task. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(`
    var seen = { gap: 0, task: 0, drawn: 0 };
    (() => {
      let last = performance.now();
      const tick = () => {
        const now = performance.now();
        seen.gap = Math.max(seen.gap, now - last);
        seen.drawn += 1;
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.task = Math.max(seen.task, duration);
      }).observe({ type: "longtask" });
    })()`);
}

async function seenIn(page: Page): Promise<{ gap: number; task: number; drawn: number }> {
  return page.evaluate(
    "new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(() => done(seen), 100)), 2500))",
  );
}
