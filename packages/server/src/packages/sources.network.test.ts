import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { readConfig } from "../config.ts";
import { sha256Of } from "../hash.ts";
import { places } from "../places.ts";
import { Problem } from "../problem.ts";
import { recordingLog, temporaryFolder } from "../testing/packages.ts";
import { readLock, type Source } from "./lock.ts";
import { createPackages } from "./service.ts";

const lock = readLock();

/** The smallest file of the lock that has this kind of source, with all its other sources taken away. */
function smallest(kind: Source["kind"]) {
  const files = lock.files
    .filter(({ sources, size }) => size !== undefined && sources.some((s) => s.kind === kind))
    .map((file) => ({ ...file, sources: file.sources.filter((s) => s.kind === kind) }))
    .sort((a, b) => (a.size ?? 0) - (b.size ?? 0));
  if (files[0] === undefined) throw new Error(`no file of the lock has the source ${kind}`);
  return files[0];
}

/** The real lock against the real sources. A source that does not deliver to this machine is skipped. */
test.for(["bundled", "index", "member", "pyodide"] as const)(
  "the source %s delivers what the lock says",
  async (kind, { skip }) => {
    const file = smallest(kind);
    const config = { ...readConfig(), dataDir: await temporaryFolder(), wheelhouse: undefined };
    const { log, logged } = recordingLog();
    // micropip says where the index is; the file under test comes last, so that its sources count.
    const files = [...lock.files.filter(({ name }) => name === "micropip"), file];
    const { mirror } = await createPackages(config, { ...lock, files }, places, log);
    try {
      const opened = await mirror.open(file.sha256, file.file, null);
      expect(sha256Of(await buffer(opened.bytes()))).toBe(file.sha256);
    } catch (error) {
      const attempts = logged.map(({ text }) => text).join();
      const isAway = error instanceof Problem && error.code === "package_unavailable";
      if (kind === "bundled" || !isAway) throw error;
      skip(`${kind} does not deliver here: ${attempts}`);
    }
  },
);
