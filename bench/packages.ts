import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createLog } from "../packages/server/src/log.ts";
import { readLock } from "../packages/server/src/packages/lock.ts";
import { createPackages } from "../packages/server/src/packages/service.ts";
import { places } from "../packages/server/src/places.ts";
import { startUpstream } from "../packages/server/src/testing/upstream.ts";

/*
 * What strangers can do to the package index: one asks for two thousand made-up names, and an index sends
 * pages that are made to be hard to read, or long. In this process, with the index on a loopback port.
 */

/** Milliseconds that the stand-in index takes for a name. */
const latency = 200;
const madeUp = 2000;
const mebi = 1024 * 1024;

async function onNewServer(
  work: (
    packages: Awaited<ReturnType<typeof createPackages>>,
    upstream: Awaited<ReturnType<typeof startUpstream>>,
  ) => Promise<void>,
): Promise<void> {
  const upstream = await startUpstream();
  const dataDir = await mkdtemp(join(tmpdir(), "portafilter-bench-"));
  try {
    const settings = {
      dataDir,
      wheelhouse: undefined,
      pyodideCdn: upstream.origin,
      pipIndexUrl: `${upstream.origin}/simple`,
      pipConfigFiles: [],
      fileHosts: [],
      connectTimeout: 60_000,
      idleTimeout: 60_000,
      downTime: 60_000,
      listedMaxBytes: mebi,
    };
    await work(await createPackages(settings, readLock(), places, createLog("silent")), upstream);
  } finally {
    await upstream.close();
    await rm(dataDir, { recursive: true });
  }
}

async function namesOfOneClient(): Promise<void> {
  await onNewServer(async ({ index }, upstream) => {
    const listed = (name: string) => {
      upstream.routes.set(`/simple/${name}/`, (_, response) => {
        setTimeout(() => response.writeHead(name === "wanted" ? 200 : 404, html).end(), latency);
      });
      return name;
    };
    const names = Array.from({ length: madeUp }, (_, number) => listed(`made-up-${number}`));
    listed("wanted");
    const refused = new Map<string, number>();
    const asked = names.map((name) =>
      index.project(name, "192.0.2.1").catch((error: unknown) => {
        const { code } = error as { code: string };
        refused.set(code, (refused.get(code) ?? 0) + 1);
      }),
    );
    const began = performance.now();
    await index.project("wanted", "198.51.100.1");
    console.log(`another visitor's name: ${seconds(performance.now() - began)}`);
    await Promise.all(asked);
    console.log(`the ${madeUp} names: ${JSON.stringify(Object.fromEntries(refused))}`);
    console.log(`requests that reached the index: ${upstream.seen.length}`);
  });
}

const html = { "content-type": "text/html" };
const json = { "content-type": "application/vnd.pypi.simple.v1+json" };

async function hardPage(what: string, headers: typeof html, body: string): Promise<void> {
  await onNewServer(async ({ index }, upstream) => {
    upstream.routes.set("/simple/hard/", (_, response) =>
      response.writeHead(200, headers).end(body),
    );
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const answer = await index.project("hard", "192.0.2.1").then(
      ({ wheels }) => `${wheels.length} wheels`,
      (error: unknown) => (error as { code: string }).code,
    );
    delay.disable();
    console.log(`${what}: ${answer}, the process stood still for ${seconds(delay.max / 1e6)}`);
  });
}

async function longPages(count: number): Promise<void> {
  await onNewServer(async ({ index }, upstream) => {
    const link = (name: string, number: number) =>
      `<a href="x#sha256=${"a".repeat(64)}">${name}-1.${number}-py3-none-any.whl</a>`;
    const names = Array.from({ length: count }, (_, number) => `long${number}`);
    const before = process.memoryUsage.rss();
    for (const name of names) {
      upstream.routes.set(`/simple/${name}/`, (_, response) => {
        const links = Array.from({ length: 500 }, (_, number) => link(name, number));
        response.writeHead(200, html).end(`<p>${" ".repeat(15 * mebi)}</p>${links.join("\n")}`);
      });
      await index.project(name, "192.0.2.1");
    }
    globalThis.gc?.();
    const grown = (process.memoryUsage.rss() - before) / mebi;
    console.log(`${count} pages of 15 MiB: ${Math.round(grown)} MiB more`);
  });
}

/** A page that may be read, and is longer than any that there is. */
function realistic(count: number): string {
  const files = Array.from({ length: count }, (_, number) => ({
    filename: `hard-1.${number}-py3-none-any.whl`,
    url: `http://index.test/files/${"x".repeat(150)}/${number}.whl`,
    hashes: { sha256: "a".repeat(64) },
    "requires-python": ">=3.9",
    size: 1,
  }));
  return JSON.stringify({ versions: files.map(({ filename }) => filename), files });
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

await namesOfOneClient();
await hardPage("180 kB of <a", html, "<a ".repeat(60_000));
await hardPage("1.2 MB of <a", html, "<a ".repeat(400_000));
await hardPage("15 MiB of [", json, `{"files":${"[".repeat(7 * mebi)}${"]".repeat(7 * mebi)}}`);
await hardPage("15 MiB of {}", json, `{"files":[${"{},".repeat(5 * mebi)}{}]}`);
await hardPage("40,000 files", json, realistic(40_000));
await longPages(25);
