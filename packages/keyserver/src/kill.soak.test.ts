import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { brokenAt } from "./audit-chain.ts";
import {
  dataOf,
  everything,
  type Received,
  send,
  startForTest,
  temporaryFolder,
} from "./testing/harness.ts";
import { type ServerProcess, startProcess } from "./testing/process.ts";

/** `make soak` asks for 200. */
const runs = Number(process.env.SOAK ?? 20);
const folder = temporaryFolder();
const inFolder = (name: string) => join(folder.path, "keyserver", name);
let running: ServerProcess | undefined;
afterAll(async () => {
  await running?.kill();
  folder.remove();
});

/** What the server acknowledged of one key. */
type Acknowledged = {
  latest: number;
  minDecryption: number;
  /** Changes that were asked for and not answered: each may have happened or not. */
  unanswered: number;
  readonly sealed: string[];
};

/** Attack E8: the key server is killed at any moment while keys are made, rotated and configured. */
describe(`${runs} kills while keys change`, () => {
  it("lose nothing that was acknowledged and leave a store that opens", {
    timeout: 60_000 + runs * 10_000,
  }, async () => {
    const first = await startForTest(folder.path);
    const token = await first.tokenWith(everything, "24h");
    await first.server.close();
    const keys = new Map<string, Acknowledged>();
    let acknowledged = 0;

    for (let run = 0; run < runs; run += 1) {
      const server = await startProcess(folder.path);
      running = server;
      const { address } = server;
      const ask = (method: string, path: string, body?: object): Promise<Received> =>
        send(address, method, `/v1/transit/${path}`, { token, ...(body ? { body } : {}) });
      await verify(keys, ask);

      let killed = false;
      const isKilled = () => killed;
      const names = [...keys.keys()].slice(-6);
      const work = [`run-${run}-a`, `run-${run}-b`, ...names].map((name) => change(name));
      await wait(5 + Math.random() * 120);
      killed = true;
      await server.kill();
      await Promise.all(work);

      // Works on one key until the connection breaks; notes what was answered.
      async function change(name: string): Promise<void> {
        while (!isKilled()) {
          const key = keys.get(name) ?? { latest: 0, minDecryption: 1, unanswered: 0, sealed: [] };
          key.unanswered += 1;
          keys.set(name, key);
          try {
            const received =
              key.latest === 0
                ? await ask("POST", `keys/${name}`, { derived: true })
                : key.latest % 3 === 0 && key.minDecryption < key.latest - 3
                  ? await ask("POST", `keys/${name}/config`, {
                      min_decryption_version: key.latest - 3,
                    })
                  : await ask("POST", `keys/${name}/rotate`);
            const { latest_version, min_decryption_version } = dataOf(received);
            key.latest = Number(latest_version);
            key.minDecryption = Number(min_decryption_version);
            key.unanswered -= 1;
            acknowledged += 1;
            const sealed = await ask("POST", `encrypt/${name}`, {
              plaintext: "aGVsbG8=",
              context: "dTE=",
            });
            key.sealed.push(String(dataOf(sealed).ciphertext));
          } catch (error) {
            if (!isKilled()) throw error;
          }
        }
      }
    }

    running = await startProcess(folder.path);
    const { address } = running;
    await verify(keys, (method, path, body) =>
      send(address, method, `/v1/transit/${path}`, { token, ...(body ? { body } : {}) }),
    );
    await running.kill();
    // On a slow disk some runs are killed before their first answer.
    expect(acknowledged).toBeGreaterThan(runs / 4);
    expect(readdirSync(inFolder(""))).toContain("keys.sealed");
    expect(brokenAt(readFileSync(inFolder("audit.log"), "utf8"))).toBeNull();
  });
});

/** Compares a server that was just started with what the ones before it acknowledged. */
async function verify(
  keys: Map<string, Acknowledged>,
  ask: (method: string, path: string, body?: object) => Promise<Received>,
): Promise<void> {
  expect(readdirSync(inFolder("")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  for (const [name, key] of keys) {
    const received = await ask("GET", `keys/${name}`);
    if (received.status === 404) {
      expect(key.latest, `${name} was acknowledged and is gone`).toBe(0);
      keys.delete(name);
      continue;
    }
    const { latest_version, min_decryption_version } = dataOf(received);
    expect(Number(latest_version)).toBeGreaterThanOrEqual(key.latest);
    expect(Number(latest_version)).toBeLessThanOrEqual(key.latest + key.unanswered);
    expect(Number(min_decryption_version)).toBeGreaterThanOrEqual(key.minDecryption);
    key.latest = Number(latest_version);
    key.minDecryption = Number(min_decryption_version);
    key.unanswered = 0;
    for (const ciphertext of key.sealed.slice(-3)) {
      const version = Number(/^vault:v(\d+):/.exec(ciphertext)?.[1]);
      if (version < key.minDecryption) continue;
      const opened = await ask("POST", `decrypt/${name}`, { ciphertext, context: "dTE=" });
      expect(dataOf(opened)).toEqual({ plaintext: "aGVsbG8=" });
    }
  }
}
