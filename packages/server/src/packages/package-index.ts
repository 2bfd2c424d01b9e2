import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../problem.ts";
import { trimFolder } from "../trim.ts";
import type { IndexAddress } from "./addresses.ts";
import type { Admission, Client } from "./admission.ts";
import { type IndexedWheel, type IndexPage, jsonType, readIndexPage } from "./index-page.ts";
import { createKeptPages } from "./kept-pages.ts";
import { normalizedName } from "./lock.ts";
import { PageError, SourceError } from "./source-error.ts";
import type { Upstream } from "./upstream.ts";

const keptOnDisk = 256 * 1024 * 1024;

export type PackageIndex = Readonly<{
  address: IndexAddress;
  /**
   * The page of a project, not older than a few minutes unless the index cannot be reached. Where the
   * index must be asked, `client` is whose limits count.
   * @throws Problem `package_unknown` when there is no such project or its name is none;
   * `package_unavailable` when the index cannot be asked and was not before; `rate_limited` or
   * `package_busy` when it is not asked, for all that is asked already.
   */
  project: (name: string, client: Client) => Promise<IndexPage>;
  /** A file of a project, or undefined. Throws as `project`. */
  file: (
    project: string,
    filename: string,
    sha256: string,
    client: Client,
  ) => Promise<IndexedWheel | undefined>;
}>;

export type PackageIndexPorts = Readonly<{
  address: IndexAddress;
  upstream: Upstream;
  admit: Admission;
  /** Where pages are kept for days without network. */
  dir: string;
  now?: () => number;
}>;

/** A client of the package index that keeps pages in memory and on the disk. */
export function createPackageIndex(ports: PackageIndexPorts): PackageIndex {
  const { address, upstream, admit, dir } = ports;
  const kept = createKeptPages(ports.now ?? Date.now);
  /** The index is being asked, for whoever wants it. */
  const asked = new Map<string, Promise<IndexPage>>();
  /** Waits for its turn, each client for itself: nobody waits in another's queue. */
  const waiting = new Map<string, Promise<IndexPage>>();

  async function project(name: string, client: Client): Promise<IndexPage> {
    const key = projectName(name);
    const known = kept.get(key) ?? asked.get(key);
    if (known !== undefined) return known;
    const place = `${client ?? ""} ${key}`;
    const turn =
      waiting.get(place) ??
      admit(client, async () => kept.get(key) ?? askOnce(key)).finally(() => waiting.delete(place));
    waiting.set(place, turn);
    return turn;
  }

  function askOnce(key: string): Promise<IndexPage> {
    const running = asked.get(key) ?? ask(key).finally(() => asked.delete(key));
    asked.set(key, running);
    return running;
  }

  async function ask(key: string): Promise<IndexPage> {
    const path = join(dir, `${key}.json`);
    try {
      const page = await request(key);
      kept.keep(key, page);
      await mkdir(dir, { recursive: true });
      const temporary = `${path}.${crypto.randomUUID()}`;
      await writeFile(temporary, JSON.stringify(page));
      await rename(temporary, path);
      await trimFolder(dir, keptOnDisk);
      return page;
    } catch (error) {
      if (error instanceof Problem) kept.miss(key, error.code);
      if (!(error instanceof SourceError)) throw error;
      // Absent or unreadable: there is no earlier page, and that is all it means.
      const old = await readFile(path, "utf8")
        .then((text) => JSON.parse(text) as IndexPage)
        .catch(() => undefined);
      if (old !== undefined) {
        kept.keep(key, old);
        return old;
      }
      if (error instanceof PageError) kept.miss(key, "package_unavailable");
      throw new Problem("package_unavailable", { cause: error });
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
    const type = answer.headers.get("content-type") ?? "";
    return readIndexPage(answer.body, type, answer.url, key);
  }

  return {
    address,
    project,
    file: async (name, filename, sha256, client) => {
      const { wheels } = await project(name, client);
      return wheels.find((wheel) => wheel.filename === filename && wheel.sha256 === sha256);
    },
  };
}

/** The one name of a project under which it is asked for and kept. @throws Problem `package_unknown` */
function projectName(name: string): string {
  const key = normalizedName(name);
  if (!/^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/.test(key)) throw new Problem("package_unknown");
  return key;
}
