import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPerson, type Person } from "./person.ts";
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
  const everybody: Person[] = [];
  for (let number = 0; number < people; number++) {
    everybody.push(await createPerson(servers.origin, number));
  }
  const end = new AbortController();
  const isOver = () => end.signal.aborted;
  const living = Promise.all(everybody.map((person) => person.live(isOver)));
  // What somebody throws is told by `living` at the end; the kills need not go on after it.
  living.catch(() => {
    end.abort();
  });

  for (let kill = 0; kill < kills && !isOver(); kill++) {
    await pause(100 + Math.random() * 500);
    const victim = servers.victims[kill % servers.victims.length];
    if (victim === undefined) throw new Error("nobody to kill");
    await victim.kill();
    await pause(Math.random() * 300);
    await victim.start();
    const before = everybody.map((person) => person.done());
    await expect
      .poll(() => everybody.every((person, n) => person.done() > (before[n] ?? 0)), {
        message: `everybody's secrets are kept again after the ${victim.name} was killed`,
        timeout: 30_000,
      })
      .toBe(true);
  }
  end.abort();
  await living;

  expect(await Promise.all(everybody.map((person) => person.check()))).toEqual(
    everybody.map(() => []),
  );
  const audit = servers.command("audit", "verify", "--anchor", join(servers.folder, "anchor.json"));
  expect(audit.output).not.toMatch(/broken/i);
  expect(audit.code).toBe(0);
});
