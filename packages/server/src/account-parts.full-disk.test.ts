import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openPGlite } from "./db/pglite.ts";
import { runLimited } from "./db/testing/limited.ts";

const server = fileURLToPath(new URL("./testing/full-disk-server.ts", import.meta.url));

test("a full disk under the database: refusals, the reason to end, and a stop that comes to an end", async () => {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const folder = join(dir, "db");
  await (await openPGlite({ kind: "pglite", folder })).close();
  // Less than the log holds already.
  const { output, errors, code } = await runLimited(1024, [server, folder]);
  expect(errors).toBe("");
  expect(code).toBe(0);
  expect(output.trimEnd().split("\n")).toEqual([
    "before: 200",
    "sign-up: database_unavailable",
    "again: database_unavailable",
    "database: false",
    expect.stringMatching(/^The database in DATA_DIR gave up: could not write .*start again\.$/),
    "closed",
  ]);
}, 120_000);
