import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGate } from "../gate.ts";
import { Problem } from "../problem.ts";
import { trimFolder } from "../trim.ts";
import type { IndexAddress } from "./addresses.ts";
import { type IndexedWheel, type IndexPage, jsonType, parseIndexPage } from "./index-page.ts";
import { normalizedName } from "./lock.ts";
import { SourceError, type Upstream } from "./upstream.ts";

/** Bytes that a project's page may have; the longest real ones are about a tenth of it. */
const maxPage = 32 * 1024 * 1024;
const fresh = 5 * 60_000;
/** Apps choose the names, so what they can make this server do and keep has bounds. */
const askedAtOnce = 8;
/** Wheels on all pages that are kept in memory: some hundred bytes each. */
const keptInMemory = 100_000;
const keptOnDisk = 256 * 1024 * 1024;

export type PackageIndex = Readonly<{
  address: IndexAddress;
  /**
   * The page of a project, not older than a few minutes unless the index cannot be reached.
   * @throws Problem `package_unknown` when there is no such project or its name is none;
   * `package_unavailable` when the index cannot be asked and was not before.
   */
  project: (name: string) => Promise<IndexPage>;
  /** A file of a project, or undefined. Throws as `project`. */
  file: (project: string, filename: string) => Promise<IndexedWheel | undefined>;
}>;

type Kept = Readonly<{ at: number; page: IndexPage }>;

/** A client of the package index that keeps pages in memory and, for days without network, in `dir`. */
export function createPackageIndex(
  address: IndexAddress,
  upstream: Upstream,
  dir: string,
  now: () => number = Date.now,
): PackageIndex {
  const kept = new Map<string, Kept>();
  const asked = new Map<string, Promise<IndexPage>>();
  const inTurn = createGate(askedAtOnce);

  async function project(name: string): Promise<IndexPage> {
    const key = normalizedName(name);
    if (!/^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/.test(key)) throw new Problem("package_unknown");
    const known = kept.get(key);
    if (known !== undefined && known.at + fresh > now()) return known.page;
    const running = asked.get(key) ?? inTurn(() => ask(key)).finally(() => asked.delete(key));
    asked.set(key, running);
    return running;
  }

  async function ask(key: string): Promise<IndexPage> {
    const path = join(dir, `${key}.json`);
    try {
      const page = await request(key);
      keep(key, page);
      await mkdir(dir, { recursive: true });
      const temporary = `${path}.${crypto.randomUUID()}`;
      await writeFile(temporary, JSON.stringify(page));
      await rename(temporary, path);
      await trimFolder(dir, keptOnDisk);
      return page;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      // Absent or unreadable: there is no earlier page, and that is all it means.
      const old = await readFile(path, "utf8")
        .then((text) => JSON.parse(text) as IndexPage)
        .catch(() => undefined);
      if (old === undefined) throw new Problem("package_unavailable", { cause: error });
      keep(key, old);
      return old;
    }
  }

  function keep(key: string, page: IndexPage) {
    kept.delete(key);
    kept.set(key, { at: now(), page });
    let total = 0;
    for (const other of kept.values()) total += weight(other);
    for (const [oldest, other] of kept) {
      if (total <= keptInMemory) break;
      kept.delete(oldest);
      total -= weight(other);
    }
  }

  async function request(key: string): Promise<IndexPage> {
    const accept = `${jsonType}, application/vnd.pypi.simple.v1+html;q=0.5, text/html;q=0.1`;
    const answer = await upstream.get(`${address.url}${key}/`, { ...address.headers, accept });
    if (answer.status !== 200) {
      answer.cancel();
      if (answer.status === 404) throw new Problem("package_unknown");
      throw new SourceError(`the package index answered ${answer.status}`);
    }
    const body = await bounded(answer.body);
    try {
      return parseIndexPage(body, answer.headers.get("content-type") ?? "", answer.url);
    } catch (cause) {
      throw new SourceError("the package index sent a page that cannot be read", { cause });
    }
  }

  return {
    address,
    project,
    file: async (name, filename) =>
      (await project(name)).wheels.find((wheel) => wheel.filename === filename),
  };
}

/** A page without wheels takes room, too. */
function weight({ page: { wheels, versions } }: Kept): number {
  return 10 + wheels.length + versions.length;
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxPage) throw new SourceError("the package index sent a page that is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
