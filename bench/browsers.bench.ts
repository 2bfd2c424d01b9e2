import { setTimeout as delay } from "node:timers/promises";
import { afterAll, test } from "vitest";
import { useFirefox } from "../e2e/harness/firefox.ts";
import { useOutside } from "../e2e/harness/outside.ts";
import type { Screen } from "../e2e/harness/screen.ts";
import { example, snippet } from "../e2e/harness/snippet.ts";
import { useWebKit } from "../e2e/harness/webkit.ts";
import { median, table } from "./table.ts";

/** `make bench-browsers`: how long Firefox and WebKit take from the address to the dialog. */
const runs = 5;
const outside = useOutside("api.openai.com");
const engines = { Firefox: useFirefox(outside), WebKit: useWebKit(outside) };
const rows: string[][] = [];

test.each(Object.entries(engines))("%s", async (name, { screen }) => {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let run = 0; run < runs; run++) {
    const person = await screen();
    cold.push(await timeToDialog(person, () => person.goto(snippet(example("secret")))));
    warm.push(await timeToDialog(person, () => person.reload()));
  }
  rows.push([name, `${median(cold).toFixed(0)} ms`, `${median(warm).toFixed(0)} ms`]);
});

afterAll(() => {
  console.log(`\nFrom the address to the dialog (medians of ${runs})\n`);
  console.log(table(["engine", "new profile", "reload"], rows));
});

async function timeToDialog(screen: Screen, open: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await open();
  while (!(await isAsked(screen))) await delay(50);
  return performance.now() - begin;
}

/** A look fails while one page takes the place of another. */
function isAsked(screen: Screen): Promise<boolean> {
  return screen.has("page", "dialog", "SUPER_SECRET_API_KEY").catch(() => false);
}
