import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { freePort, startServer } from "../e2e/harness/process.ts";
import { largestRenderer } from "./memory.ts";
import { openProfile } from "./profile.ts";
import { openRelay } from "./relay.ts";
import { readSecretTimes, secretTimes } from "./secrets.ts";
import { measureStart, type Start } from "./start.ts";
import { median, table } from "./table.ts";

/** `make bench`: the first program, cold and warm, and what a secret costs. Numbers go into bench/README.md. */
const runs = Number(process.env.RUNS ?? 5);

const port = await freePort();
const server = await startServer({ PORT: port, DATA_DIR: process.env.DATA_DIR ?? "data" });
const link = (code: string) =>
  `${server.address}/snippet/streamlit/v1#c=${encodeURIComponent(gzipSync(JSON.stringify({ code, requirements: "" })).toString("base64"))}`;
const first = link(readFileSync("examples/secret.py", "utf8"));

// Cold: a new profile. Warm: the same profile's second visit.
const cold: Start[] = [];
const warm: Start[] = [];
const memory: number[] = [];
for (let run = 0; run < runs; run++) {
  const { context, close } = await openProfile();
  for (const into of [cold, warm]) {
    const { page, start } = await measureStart(context, first);
    into.push(start);
    if (into === cold) memory.push(largestRenderer());
    await page.close();
  }
  await close();
}

// Counted apart, since a relay takes time.
const relay = await openRelay(Number(port));
const coldBytes: number[] = [];
const warmBytes: number[] = [];
for (let run = 0; run < runs; run++) {
  const { context, close } = await openProfile(
    `--host-resolver-rules=MAP *.localhost:${port} 127.0.0.1:${relay.port}`,
  );
  for (const into of [coldBytes, warmBytes]) {
    relay.received();
    const { page } = await measureStart(context, first);
    into.push(relay.received());
    // What is fetched after the start belongs to the cold visit.
    await page.waitForTimeout(2_000);
    await page.close();
  }
  await close();
}
relay.stop();

const times: { first: number; again: number }[] = [];
const { context, close } = await openProfile();
const page = await context.newPage();
for (let run = 0; run <= runs; run++) {
  if (run === 0) {
    await page.goto(link(secretTimes));
    await page.getByRole("dialog").getByLabel("Secret value", { exact: true }).fill("bench");
    await page.getByRole("button", { name: "Add and allow" }).click();
  } else await page.reload();
  const text = await page
    .frameLocator('iframe[title="App"]')
    .getByText(/^first /)
    .innerText();
  if (run > 0) times.push(readSecretTimes(text));
}
await close();
await server.stop();

const phases = ["frame", "runtime", "starting", "ready", "asked", "dialog"] as const;
const columns = (starts: Start[]) =>
  phases.map((phase) => `${median(starts.map((s) => s[phase])).toFixed(0)} ms`);
const megabytes = (bytes: number[]) => `${(median(bytes) / 1e6).toFixed(1)} MB`;
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
      "dialog painted",
      "received",
    ],
    [
      ["cold", ...columns(cold), megabytes(coldBytes)],
      ["warm", ...columns(warm), megabytes(warmBytes)],
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
