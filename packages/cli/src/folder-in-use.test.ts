import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../server/src/testing/free-port.ts";
import { main, silentSource, startCommand, temporaryFolder } from "./testing/commands.ts";

/** A data folder, and commands on it whose package source never answers, so that they keep fetching. */
async function folder() {
  const dir = await temporaryFolder("in-use");
  const source = await silentSource();
  const start = async (command: string, settings: Record<string, string>) => {
    const started = startCommand([command], {
      PORT: `${await freePort()}`,
      DATA_DIR: dir,
      ...source.settings,
      // On a busy machine, too, the first is still there when the last is refused.
      SOURCE_CONNECT_TIMEOUT: "3600",
      ...settings,
    });
    onTestFinished(() => void started.child.kill("SIGTERM"));
    return started;
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
