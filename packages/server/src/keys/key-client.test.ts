import { type DataKey, decrypt, EnvelopeError, encrypt } from "@portafilter/envelope";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyServerError } from "./failure.ts";
import {
  type ClientForTest,
  canary,
  clientFor,
  failureOf,
  sealAnything,
} from "./testing/client.ts";
import { type RealKeyServer, startRealKeyServer } from "./testing/real-key-server.ts";
import { maxBatch } from "./transit.ts";

/** The whole way, with our key server in a process of its own. */
let server: RealKeyServer;
let client: ClientForTest;
const rest = 2_000;
beforeAll(async () => {
  server = await startRealKeyServer();
  client = clientFor(server.origin, { token: () => server.appToken }, { rest });
}, 60_000);
afterAll(async () => {
  client.close();
  await server.remove();
});

describe("transit", () => {
  it("wraps a key and opens it again", async () => {
    const { wrapped, version } = await client.transit.wrap("ann", canary.key);
    expect(wrapped).toMatch(/^vault:v1:/);
    expect(version).toBe(1);
    expect(await client.transit.unwrap({ userId: "ann", wrapped })).toEqual(canary.key);
  });

  it("lets the key server make a key", async () => {
    const { bytes, wrapped } = await client.transit.createDataKey("ann");
    expect(bytes).not.toEqual(new Uint8Array(32));
    expect(await client.transit.unwrap({ userId: "ann", wrapped })).toEqual(bytes);
  });

  it("E3: opens no key that was moved from another user, or changed", async () => {
    const { wrapped } = await client.transit.wrap("ann", canary.key);
    const moved = client.transit.unwrap({ userId: "bob", wrapped });
    expect((await failureOf(moved)).reason).toBe("not_authentic");
    const at = wrapped.length - 10;
    const changed =
      wrapped.slice(0, at) + (wrapped[at] === "A" ? "B" : "A") + wrapped.slice(at + 1);
    const opened = client.transit.unwrap({ userId: "ann", wrapped: changed });
    expect((await failureOf(opened)).reason).toBe("not_authentic");
  });

  it("F2: is denied with another token, and for another key", async () => {
    const stranger = clientFor(server.origin, { token: () => "pfk.stranger" });
    expect((await failureOf(stranger.transit.wrap("ann", canary.key))).reason).toBe("denied");
    stranger.close();
    const other = clientFor(server.origin, { token: () => server.appToken, key: "other" });
    expect((await failureOf(other.transit.wrap("ann", canary.key))).reason).toBe("denied");
    other.close();
  });

  it("rewraps under the latest version, each key for itself", async () => {
    const [ann, bob] = await Promise.all(
      ["ann", "bob"].map((userId) => client.transit.wrap(userId, canary.key)),
    );
    if (ann === undefined || bob === undefined) throw new Error("both were wrapped");
    await server.operate("transit/keys/portafilter/rotate", {});
    expect((await client.transit.readKey()).latestVersion).toBe(2);
    const [first, stolen, broken, last] = await client.transit.rewrap([
      { userId: "ann", wrapped: ann.wrapped },
      { userId: "bob", wrapped: ann.wrapped },
      { userId: "ann", wrapped: "vault:v1:AAAA" },
      { userId: "bob", wrapped: bob.wrapped },
    ]);
    expect(stolen).toMatchObject({ reason: "not_authentic" });
    expect(broken).toMatchObject({ reason: "not_authentic" });
    for (const [userId, one] of [
      ["ann", first],
      ["bob", last],
    ] as const) {
      if (one === undefined || one instanceof KeyServerError) throw new Error("not rewrapped");
      expect(one.version).toBe(2);
      expect(one.wrapped).toMatch(/^vault:v2:/);
      expect(await client.transit.unwrap({ userId, wrapped: one.wrapped })).toEqual(canary.key);
    }
  });

  it("rewraps as many keys at once as one batch may have, and no more", async () => {
    const { wrapped } = await client.transit.wrap("ann", canary.key);
    const all = Array.from({ length: maxBatch }, () => ({ userId: "ann", wrapped }));
    const done = await client.transit.rewrap(all);
    expect(done.filter((one) => !(one instanceof KeyServerError))).toHaveLength(maxBatch);
    await expect(client.transit.rewrap([...all, { userId: "ann", wrapped }])).rejects.toThrow(
      RangeError,
    );
    expect(await client.transit.rewrap([])).toEqual([]);
  });
});

describe("a secret", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
  const contexts = fc.record({
    userId: text,
    secretId: text,
    secretName: text,
    secretVersion: fc.integer({ min: 1, max: 1_000_000 }),
  });

  it("comes back through envelope, client and key server, for its user alone", async () => {
    const value = fc.uint8Array({ minLength: 1, maxLength: 500 });
    const cases = fc.asyncProperty(contexts, value, text, async (context, plaintext, other) => {
      fc.pre(other !== context.userId);
      const seal = (key: DataKey) => encrypt(key, context, plaintext);
      const { dek: stored, record } = await client.dataKeys.create(context.userId, seal);
      // As if another server had to open it.
      client.dataKeys.drop(context.userId);
      const opened = await client.dataKeys.use(stored, (key) => decrypt(key, context, record));
      expect(Uint8Array.from(opened)).toEqual(plaintext);

      const moved = { ...context, userId: other };
      const open = client.dataKeys.use(stored, (key) => decrypt(key, moved, record));
      await expect(open).rejects.toThrow(EnvelopeError);
      const asOther = client.dataKeys.use({ ...stored, userId: other }, () => "lent");
      expect((await failureOf(asOther)).reason).toBe("not_authentic");
    });
    await fc.assert(cases, { numRuns: 20 });
  });
});

describe("the key server's process", () => {
  it("is killed and started again: nothing works meanwhile, everything afterwards", async () => {
    const { dek: stored } = await client.dataKeys.create("ann", sealAnything);
    const { dek: other } = await client.dataKeys.create("bob", sealAnything);
    await client.dataKeys.use(stored, () => "in memory");
    await server.kill();
    expect((await failureOf(client.dataKeys.use(other, () => "lent"))).code).toBe(
      "secret_unavailable",
    );
    expect((await failureOf(client.dataKeys.create("cid", sealAnything))).reason).toBe(
      "unreachable",
    );
    expect(await client.dataKeys.use(stored, () => "still in memory")).toBe("still in memory");
    await server.restart();
    client.advance(rest);
    expect(await client.dataKeys.use(other, () => "lent")).toBe("lent");
  }, 60_000);
});
