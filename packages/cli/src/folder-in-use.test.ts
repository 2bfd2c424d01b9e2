import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../server/src/testing/free-port.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

/** A data folder, and commands on it whose package source never answers, so that they keep fetching. */
async function folder() {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-in-use-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const source = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const start = async (command: string, settings: Record<string, string>) => {
    const child = spawn(process.execPath, [main, command], {
      env: {
        PATH: process.env.PATH ?? "",
        PORT: `${await freePort()}`,
        DATA_DIR: dir,
        PIP_INDEX_URL: source,
        PYODIDE_CDN: source,
        // On a busy machine, too, the first is still there when the last is refused.
        SOURCE_CONNECT_TIMEOUT: "3600",
        ...settings,
      },
    });
    onTestFinished(() => void child.kill("SIGTERM"));
    const said = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (part: string) => (said.out += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (said.err += part));
    const ended = once(child, "close") as Promise<[number | null]>;
    return { child, said, code: async () => (await ended)[0] };
  };
  /** The process that has the database, by its own note; undefined while nobody has. */
  const holder = (): unknown => {
    try {
      return (JSON.parse(readFileSync(join(dir, "db.lock.json"), "utf8")) as { pid: number }).pid;
    } catch {
      return undefined;
    }
  };
  return { dir, start, holder };
}

const keyServerElsewhere = {
  KEYSERVER_ADDR: "http://127.0.0.1:1",
  KEYSERVER_TOKEN: "t".repeat(32),
};

describe("a data folder with PGlite is one server's", { timeout: 120_000 }, () => {
  test("the next is refused and told who has it, again and again; the first goes on", async () => {
    const { dir, start, holder } = await folder();
    const first = await start("serve", keyServerElsewhere);
    await expect.poll(holder).toBe(first.child.pid);
    for (const command of ["serve", "run", "serve"]) {
      const { said, code } = await start(command, keyServerElsewhere);
      expect(await code()).toBe(1);
      expect(said.out).toBe("");
      const by = `process ${first.child.pid} \\(${main} serve\\) since 20\\S+`;
      const line = `^${join(dir, "db")} is in use by ${by}: stop it, or set another DATA_DIR\\.\n$`;
      expect(said.err).toMatch(new RegExp(line));
    }
    expect(first.child.exitCode).toBeNull();
    expect(first.said.err).toBe("");
    first.child.kill("SIGTERM");
    expect(await first.code()).toBe(0);

    const later = await start("serve", keyServerElsewhere);
    await expect.poll(holder).toBe(later.child.pid);
    later.child.kill("SIGTERM");
    expect(await later.code()).toBe(0);
  });

  test("a second `run` is refused by the keys' folder already; the first goes on", async () => {
    const { start, holder } = await folder();
    const first = await start("run", {});
    await expect.poll(holder).toBeDefined();
    const held = holder();
    const second = await start("run", {});
    expect(await second.code()).toBe(1);
    expect(second.said).toEqual({
      out: "",
      err: "The key server does not start: another key server is already running on this folder.\n",
    });
    expect(holder()).toBe(held);
    expect(first.child.exitCode).toBeNull();
    expect(first.said.err).toBe("");
    first.child.kill("SIGTERM");
    expect(await first.code()).toBe(0);
  });
});
