import { setImmediate as pause } from "node:timers/promises";
import { paths } from "@portafilter/protocol";
import type { Context } from "hono";
import type { ClientOf } from "../http/client-of.ts";
import { createBuckets, type Rate } from "../http/limits/buckets.ts";
import { sendBytes } from "../http/send.ts";
import { type IndexedWheel, jsonType } from "../packages/index-page.ts";
import { normalizedName } from "../packages/lock.ts";
import type { PackageIndex } from "../packages/package-index.ts";
import { canRun } from "../packages/runnable.ts";
import { Problem } from "../problem.ts";

/** Pages that one address is sent, from memory too: an app asks for a few dozen, an office may stand behind it. */
const answers: Rate = { perSecond: 50, burst: 2000 };

/** Answers with a project's page (PEP 691) whose files lead back to this server. */
export function createIndexRoute(index: PackageIndex, abi: string, clientOf: ClientOf) {
  const buckets = createBuckets();
  return async function indexPage(c: Context, project: string, origin: string): Promise<Response> {
    const client = clientOf(c);
    const wait = buckets.take(client, answers);
    if (wait > 0) throw new Problem("rate_limited", { retryAfter: wait });
    const page = await index.project(project, client);
    const name = normalizedName(project);
    const wheels = page.wheels.filter(({ filename }) => canRun(filename, abi));
    // What the index lists may change at any time, and files are fetched only as it lists them now.
    c.header("cache-control", "no-store");
    c.header("content-type", jsonType);
    return sendBytes(c, () => written(name, page.versions, wheels, origin));
  };
}

/** Entries that are written at a time. */
const atOnce = 200;

/** The page as it is read: whole, answers that nobody reads would take megabytes each. */
async function* written(
  name: string,
  versions: readonly string[],
  wheels: readonly IndexedWheel[],
  origin: string,
): AsyncGenerator<Uint8Array, void> {
  const { length } = wheels;
  const front = JSON.stringify({ meta: { "api-version": "1.1" }, name });
  yield Buffer.from(`${front.slice(0, -1)},"versions":`);
  yield* listOf(versions.length, (from, to) => versions.slice(from, to));
  yield Buffer.from(',"files":');
  yield* listOf(length, (from, to) => wheels.slice(from, to).map((wheel) => entry(wheel, origin)));
  yield Buffer.from("}");
}

/** A list in JSON, some of its elements at a time; others have their turn in between. */
async function* listOf(length: number, part: (from: number, to: number) => readonly unknown[]) {
  for (let from = 0; from < length; from += atOnce) {
    await pause();
    const text = JSON.stringify(part(from, from + atOnce)).slice(1, -1);
    yield Buffer.from(`${from === 0 ? "[" : ","}${text}`);
  }
  yield Buffer.from(length === 0 ? "[]" : "]");
}

function entry(wheel: IndexedWheel, origin: string) {
  return {
    filename: wheel.filename,
    // micropip joins no relative addresses to those of JSON pages.
    url: `${origin}${paths.packages}${wheel.sha256}/${encodeURIComponent(wheel.filename)}`,
    hashes: { sha256: wheel.sha256 },
    "requires-python": wheel.requiresPython ?? null,
    yanked: wheel.yanked,
    ...(wheel.size === undefined ? {} : { size: wheel.size }),
  };
}
