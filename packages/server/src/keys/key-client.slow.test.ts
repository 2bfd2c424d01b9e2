import { DataKey, markOf } from "@portafilter/envelope";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canary, clientFor, failureOf, sealAnything } from "./testing/client.ts";
import {
  type Behaviour,
  type FakeKeyServer,
  sane,
  startFakeKeyServer,
} from "./testing/fake-key-server.ts";

/** Attack F4: a key server that takes its time. */
const owned = { userId: "ann", wrapped: `vault:v1:${Buffer.from(canary.key).toString("base64")}` };

let server: FakeKeyServer;
/** Lets every request that is held, and every later one, be answered. */
let release: () => void;
/** Makes the server hold requests, and tells when it holds that many. */
function hold(count: number): Promise<void> {
  const { promise: released, resolve } = Promise.withResolvers<undefined>();
  const full = Promise.withResolvers<undefined>();
  let held = 0;
  release = () => {
    resolve(undefined);
  };
  server.behaviour = (...answer: Parameters<Behaviour>) => {
    held += 1;
    if (held === count) full.resolve(undefined);
    void released.then(() => {
      sane(...answer);
    });
  };
  return full.promise;
}

beforeEach(async () => {
  server = await startFakeKeyServer();
});
afterEach(() => server.stop());

describe("F4: a key server that is slow", () => {
  it("gets few requests at once; few wait, and the others are refused at once", async () => {
    const client = clientFor(server.origin, {}, { atOnce: 4, waiting: 6 });
    await client.transit.unwrap(owned);
    const isFull = hold(4);
    const outcomes = Array.from({ length: 20 }, () =>
      client.transit.unwrap(owned).then(
        () => "answered",
        (error: unknown) => (error as { reason: string }).reason,
      ),
    );
    // These end while the server still holds all it got.
    const refused = await Promise.all(outcomes.slice(10));
    expect(refused).toEqual(Array.from({ length: 10 }, () => "busy"));
    await isFull;
    release();
    expect(await Promise.all(outcomes.slice(0, 10))).toEqual(
      Array.from({ length: 10 }, () => "answered"),
    );
    expect(server.mostAtOnce()).toBe(4);
    client.close();
  });

  it("is given up at the deadline, also by those who waited for their turn", async () => {
    const client = clientFor(server.origin, { timeout: 1_000 }, { atOnce: 2, waiting: 10 });
    await client.transit.unwrap(owned);
    const before = server.seen.length;
    void hold(2);
    const all = Array.from({ length: 8 }, () => failureOf(client.transit.unwrap(owned)));
    expect((await Promise.all(all)).map(({ reason }) => reason)).toEqual(
      Array.from({ length: 8 }, () => "late"),
    );
    expect(server.seen.length - before).toBe(2);
    release();
    client.close();
  });

  it("holds up nobody whose key is in memory", async () => {
    const client = clientFor(server.origin, { timeout: 5_000 }, { atOnce: 1, waiting: 1 });
    const dekId = new Uint8Array(16);
    const key = new DataKey(dekId, Uint8Array.from(canary.key));
    const stored = { ...owned, dekId, mark: markOf(sealAnything(key)) };
    await client.dataKeys.use(stored, (key) => key.id);
    const isFull = hold(1);
    const slow = client.transit.unwrap(owned);
    await isFull;
    expect(await client.dataKeys.use(stored, () => "at once")).toBe("at once");
    release();
    await slow;
    client.close();
  });
});
