import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { liveThrough } from "./living.ts";
import { type Servers, startServers } from "./servers.ts";

const kills = Number(process.env.SOAK ?? 20);
const people = 4;

let servers: Servers;
beforeAll(async () => {
  servers = await startServers();
}, 300_000);
afterAll(() => servers.stop());

test(`${kills} kills of app server, key server and PostgreSQL lose nothing and double nothing (E8)`, {
  timeout: 120_000 + kills * 30_000,
  retry: 0,
}, async () => {
  await liveThrough(servers.origin, people, kills, {
    async kill(number) {
      await pause(100 + Math.random() * 500);
      const victim = servers.victims[number % servers.victims.length];
      if (victim === undefined) throw new Error("nobody to kill");
      await victim.kill();
      await pause(Math.random() * 300);
      await victim.start();
      return victim.name;
    },
    timeout: 30_000,
  });
  const audit = servers.command("audit", "verify", "--anchor", join(servers.folder, "anchor.json"));
  expect(audit.output).not.toMatch(/broken/i);
  expect(audit.code).toBe(0);
});
