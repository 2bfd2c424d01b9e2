import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openUnmigrated } from "../../server/src/db/pglite.ts";
import { runLimited } from "../../server/src/db/testing/limited.ts";
import { freePort } from "../../server/src/testing/free-port.ts";
import { main, startCommand } from "./testing/commands.ts";

/** Runs `portafilter serve` to its end. */
async function serve(
  settings: Record<string, string>,
  watch: (child: ChildProcess) => void = () => undefined,
) {
  const { child, said, code } = startCommand(["serve"], settings);
  onTestFinished(() => void child.kill("SIGKILL"));
  watch(child);
  const exitCode = await code();
  return { output: said.out, errors: said.err, code: exitCode };
}

test("a port that is taken is one line and a failure", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const { output, errors, code } = await serve({ PORT: `${port}`, DATA_DIR: tmpdir() });
  expect(code).toBe(1);
  expect(output).toBe("");
  expect(errors).toBe(
    `Port ${port} is taken: stop the other program, or set PORT to another one.\n`,
  );
});

test("a data folder that cannot be is one line and a failure", async () => {
  const { errors, code } = await serve({ DATA_DIR: "/dev/null/data" });
  expect(code).toBe(1);
  expect(errors).toBe("DATA_DIR cannot be written to: /dev/null/data\n");
});

test("a folder in it that cannot be used is one line that names it", async () => {
  const dir = await emptyFolder();
  await writeFile(join(dir, "packages"), "a file, where a folder must be");
  const { errors, code } = await serve({ PORT: `${await freePort()}`, DATA_DIR: dir });
  expect(code).toBe(1);
  expect(errors.trimEnd().split("\n")).toHaveLength(1);
  expect(errors).toContain(join(dir, "packages"));
});

test("a setting that cannot be is one line and a failure", async () => {
  const { errors, code } = await serve({ PORT: "many", PLATFORM_HOST: "a b" });
  expect(code).toBe(1);
  expect(errors).toBe(
    "PORT must be a whole number from 1 to 65535; PLATFORM_HOST must be a lower-case host name, without a port\n",
  );
});

test("no network on a first start is one line that says what can be set", async () => {
  const nowhere = "http://127.0.0.1:1/";
  const { errors, code } = await serve({
    PORT: `${await freePort()}`,
    DATA_DIR: await emptyFolder(),
    PIP_INDEX_URL: nowhere,
    PYODIDE_CDN: nowhere,
  });
  expect(code).toBe(1);
  expect(errors.trimEnd().split("\n")).toHaveLength(1);
  expect(errors).toContain("PIP_INDEX_URL, PYODIDE_CDN or WHEELHOUSE");
});

test("a signal stops it cleanly while it still fetches", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const source = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const running = serve(
    {
      PORT: `${await freePort()}`,
      DATA_DIR: await emptyFolder(),
      PIP_INDEX_URL: source,
      PYODIDE_CDN: source,
    },
    (child) => silent.once("connection", () => child.kill("SIGTERM")),
  );
  expect(await running).toEqual({
    output: "There are no accounts, and no database is used: KEYSERVER_ADDR is not set.\n",
    errors: "",
    code: 0,
  });
});

test("a database that gives up, as on a full disk, is one line and a failure", async () => {
  const dir = await emptyFolder();
  // Without tables, so that the start writes.
  await (await openUnmigrated({ kind: "pglite", folder: join(dir, "db") })).close();
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const source = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const { errors, code } = await runLimited(1024, [main, "serve"], {
    PATH: process.env.PATH,
    PORT: `${await freePort()}`,
    DATA_DIR: dir,
    KEYSERVER_ADDR: "http://127.0.0.1:1",
    KEYSERVER_TOKEN: "t".repeat(32),
    PIP_INDEX_URL: source,
    PYODIDE_CDN: source,
  });
  expect(errors).toMatch(/^The database in DATA_DIR gave up: could not write .*start again\.\n$/);
  expect(code).toBe(1);
}, 120_000);

async function emptyFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
