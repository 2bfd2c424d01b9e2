import { type DataKey, decrypt, EnvelopeError, encrypt } from "@portafilter/envelope";
import { describe, expect, it, vi } from "vitest";
import { createDataKeyCache } from "./data-key-cache.ts";
import { createDataKeys } from "./data-keys.ts";
import { KeyServerError } from "./failure.ts";
import { failureOf } from "./testing/client.ts";
import type { Transit } from "./transit.ts";

type Port = Pick<Transit, "wrap" | "unwrap">;
const context = { userId: "ann", secretId: "s", secretName: "N", secretVersion: 1 };

/** A key server in memory: what is wrapped is kept under its text. */
function setUp(change: Partial<Pick<Port, "unwrap">> = {}) {
  const kept = new Map<string, Uint8Array>();
  const handedOut: Uint8Array[] = [];
  const wrap: Port["wrap"] = (userId, key) => {
    const wrapped = `${userId}:${kept.size}`;
    kept.set(wrapped, Uint8Array.from(key));
    return Promise.resolve({ wrapped, version: 1 });
  };
  const unwrap: Port["unwrap"] = ({ userId, wrapped }) => {
    const bytes = wrapped.startsWith(`${userId}:`) ? kept.get(wrapped) : undefined;
    if (bytes === undefined) return Promise.reject(new KeyServerError("not_authentic"));
    handedOut.push(Uint8Array.from(bytes));
    return Promise.resolve(handedOut.at(-1) ?? bytes);
  };
  const port = { wrap: vi.fn(wrap), unwrap: vi.fn(change.unwrap ?? unwrap) };
  const dataKeys = createDataKeys(port, createDataKeyCache({ keys: 100, age: 60_000 }));
  return { dataKeys, port, handedOut };
}
const seal = (key: DataKey) => encrypt(key, context, Uint8Array.of(1));
const zeroes = new Uint8Array(32);

describe("a data key", () => {
  it("seals and opens, and is fetched once", async () => {
    const { dataKeys, port } = setUp();
    const { dek: stored } = await dataKeys.create("ann", seal);
    port.unwrap.mockClear();
    const record = await dataKeys.use(stored, (key) => encrypt(key, context, Uint8Array.of(1)));
    const opened = await dataKeys.use(stored, (key) => decrypt(key, context, record));
    expect(Uint8Array.from(opened)).toEqual(Uint8Array.of(1));
    expect(port.unwrap).toHaveBeenCalledTimes(1);
  });

  it("is fetched once for many who want it at the same time", async () => {
    const { dataKeys, port } = setUp();
    const { dek: stored } = await dataKeys.create("ann", seal);
    port.unwrap.mockClear();
    const ids = await Promise.all(
      Array.from({ length: 50 }, () => dataKeys.use(stored, (key) => key.id)),
    );
    expect(new Set(ids.map((id) => id.join()))).toEqual(new Set([stored.dekId.join()]));
    expect(port.unwrap).toHaveBeenCalledTimes(1);
  });

  it("is fetched again after it was dropped, and the old bytes are gone", async () => {
    const { dataKeys, port, handedOut } = setUp();
    const { dek: stored } = await dataKeys.create("ann", seal);
    await dataKeys.use(stored, (key) => key.id);
    const used = handedOut.at(-1);
    port.unwrap.mockClear();
    dataKeys.drop("ann");
    await dataKeys.use(stored, (key) => key.id);
    dataKeys.dropAll();
    await dataKeys.use(stored, (key) => key.id);
    expect(used).toEqual(zeroes);
    expect(port.unwrap).toHaveBeenCalledTimes(2);
    dataKeys.drop("bob");
    await dataKeys.use(stored, (key) => key.id);
    expect(port.unwrap).toHaveBeenCalledTimes(2);
  });

  it.each(["drop", "dropAll"] as const)(
    "that was on its way at a %s is zeroed and lent to nobody",
    async (how) => {
      const { dataKeys, handedOut, port } = setUp();
      const { dek: stored } = await dataKeys.create("ann", seal);
      const work = vi.fn();
      const waiting = [1, 2, 3].map(() => failureOf(dataKeys.use(stored, work)));
      dataKeys[how]("ann");
      for (const failure of await Promise.all(waiting)) expect(failure.reason).toBe("dropped");
      expect(work).not.toHaveBeenCalled();
      expect(handedOut.at(-1)).toEqual(zeroes);
      // Who asks afterwards, as after the next sign-in, gets it.
      port.unwrap.mockClear();
      expect(await dataKeys.use(stored, () => "lent")).toBe("lent");
      expect(port.unwrap).toHaveBeenCalledTimes(1);
    },
  );

  it("of another user is refused, also while its owner has it in memory", async () => {
    const { dataKeys } = setUp();
    const { dek: stored } = await dataKeys.create("ann", seal);
    await dataKeys.use(stored, (key) => key.id);
    const moved = { ...stored, userId: "bob" };
    expect((await failureOf(dataKeys.use(moved, (key) => key.id))).reason).toBe("not_authentic");
  });

  it("that could not be fetched is tried again by the next who wants it", async () => {
    const { dataKeys, port } = setUp();
    const { dek: stored } = await dataKeys.create("ann", seal);
    port.unwrap.mockRejectedValueOnce(new KeyServerError("unreachable"));
    expect((await failureOf(dataKeys.use(stored, () => 1))).reason).toBe("unreachable");
    expect(await dataKeys.use(stored, () => "lent")).toBe("lent");
  });

  it("passes on what the work throws", async () => {
    const { dataKeys } = setUp();
    const { dek: stored } = await dataKeys.create("ann", seal);
    const fail = () => {
      throw new RangeError("mine");
    };
    await expect(dataKeys.use(stored, fail)).rejects.toThrow(RangeError);
  });
});

describe("an answer with another key", () => {
  const wrong = () => Promise.resolve(new Uint8Array(32).fill(1));

  it("is not used: the key is fetched once more", async () => {
    const { dataKeys, port } = setUp();
    const { dek, record } = await dataKeys.create("ann", seal);
    port.unwrap.mockClear();
    port.unwrap.mockImplementationOnce(wrong);
    const opened = await dataKeys.use(dek, (key) => decrypt(key, context, record));
    expect(Uint8Array.from(opened)).toEqual(Uint8Array.of(1));
    await dataKeys.use(dek, (key) => decrypt(key, context, record));
    expect(port.unwrap).toHaveBeenCalledTimes(2);
  });

  it("twice is an error, lent to nobody and not kept", async () => {
    const { dataKeys, port } = setUp();
    const { dek } = await dataKeys.create("ann", seal);
    const given = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
    for (const key of given) port.unwrap.mockResolvedValueOnce(key);
    const work = vi.fn();
    await expect(dataKeys.use(dek, work)).rejects.toThrow(EnvelopeError);
    expect(work).not.toHaveBeenCalled();
    expect(given).toEqual([zeroes, zeroes]);
    expect(await dataKeys.use(dek, () => "lent")).toBe("lent");
  });
});

describe("a new data key", () => {
  it("seals its first record itself, whatever the key server says afterwards", async () => {
    const { dataKeys, port } = setUp();
    const { dek, record } = await dataKeys.create("ann", seal);
    port.unwrap.mockResolvedValueOnce(new Uint8Array(32).fill(1));
    const more = await dataKeys.use(dek, seal);
    dataKeys.drop("ann");
    for (const sealed of [record, more]) {
      const opened = await dataKeys.use(dek, (key) => decrypt(key, context, sealed));
      expect(Uint8Array.from(opened)).toEqual(Uint8Array.of(1));
    }
  });

  it("leaves no bytes behind", async () => {
    const { dataKeys, port, handedOut } = setUp();
    await dataKeys.create("ann", seal);
    expect(Uint8Array.from(port.wrap.mock.calls[0]?.[1] ?? [])).toEqual(zeroes);
    expect(handedOut).toEqual([zeroes]);
  });

  it("is refused when the key server cannot give it back", async () => {
    const lost = () => Promise.reject(new KeyServerError("not_authentic"));
    expect((await failureOf(setUp({ unwrap: lost }).dataKeys.create("ann", seal))).reason).toBe(
      "not_authentic",
    );
    const other = () => Promise.resolve(new Uint8Array(32).fill(1));
    expect((await failureOf(setUp({ unwrap: other }).dataKeys.create("ann", seal))).reason).toBe(
      "nonsense",
    );
  });
});
