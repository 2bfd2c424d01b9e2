import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KeyFailure } from "./failure.ts";
import { canary, clientFor, failureOf } from "./testing/client.ts";
import { derivedKey, type FakeKeyServer, startFakeKeyServer } from "./testing/fake-key-server.ts";
import type { Transit } from "./transit.ts";
import recorded from "./vectors/openbao.json" with { type: "json" };

/** Answers that OpenBao 2.6.2 gave, byte for byte: what the client makes of them. */
type Name = keyof typeof recorded;
const replay = (name: Name) => (response: Parameters<typeof derivedKey>[0]) => {
  const { status, body } = recorded[name];
  response.writeHead(status, { "content-type": "application/json" }).end(body);
};

let server: FakeKeyServer;
beforeAll(async () => {
  server = await startFakeKeyServer();
});
afterAll(() => server.stop());

/** Lets the client work against a server that gives this answer. */
async function answered<T>(name: Name, work: (transit: Transit) => Promise<T>): Promise<T> {
  const isAboutKey = name.startsWith("read-key");
  server.aboutKey = isAboutKey ? replay(name) : derivedKey;
  server.behaviour = replay(name);
  const client = clientFor(server.origin);
  try {
    return await work(client.transit);
  } finally {
    client.close();
  }
}
const unwrap = (transit: Transit) => transit.unwrap({ userId: "ann", wrapped: "vault:v1:QUJD" });

describe("what OpenBao answers is understood", () => {
  it("about a key", async () => {
    expect(await answered("read-key-derived", (transit) => transit.readKey())).toEqual({
      latestVersion: 1,
      minDecryptionVersion: 1,
    });
  });

  it("to wrap", async () => {
    const { wrapped, version } = await answered("encrypt-derived", (t) =>
      t.wrap("ann", canary.key),
    );
    expect([wrapped.slice(0, 13), version]).toEqual(["vault:v1:2Lf1", 1]);
  });

  it("to make a key", async () => {
    const made = await answered("datakey-derived-context", (t) => t.createDataKey("ann"));
    expect(Buffer.from(made.bytes).toString("base64")).toBe(
      "eqAMLGJ8i5/SXxhKGu740dEuopyJjrrRka+0HAMN6a4=",
    );
    expect([made.wrapped.slice(0, 13), made.version]).toEqual(["vault:v1:mr9b", 1]);
  });

  it("to a batch that failed in part, though not whose references it repeats", async () => {
    const all = [1, 2].map(() => ({ userId: "ann", wrapped: "vault:v1:QUJD" }));
    const mixedUp = await failureOf(answered("rewrap-batch", (transit) => transit.rewrap(all)));
    expect(mixedUp.reason).toBe("nonsense");
    server.behaviour = (response) => {
      const { status, body } = recorded["rewrap-batch"];
      response.writeHead(status).end(body.replace('"r1"', '"0"').replace('"r2"', '"1"'));
    };
    const client = clientFor(server.origin);
    const [first, second] = await client.transit.rewrap(all);
    expect(first).toMatchObject({ version: 2 });
    expect(second).toMatchObject({ reason: "not_authentic" });
    client.close();
  });

  it.each<[Name, KeyFailure, number | undefined]>([
    ["decrypt-derived-wrong-context", "not_authentic", 400],
    ["decrypt-tampered", "not_authentic", 400],
    ["decrypt-garbage", "not_authentic", 400],
    ["decrypt-no-token", "denied", 403],
    ["decrypt-unknown-key", "rejected", 400],
    ["decrypt-v1-min-decryption-2", "rejected", 400],
    ["namespace-unknown", "rejected", 404],
    ["batch-encrypt-all-bad", "rejected", 400],
    ["sealed-encrypt", "sealed", 503],
    ["uninit-encrypt", "sealed", 503],
    ["encrypt-wrap-ttl", "nonsense", 200],
    ["read-key-unknown", "rejected", 404],
  ])("when it refuses: %s is %s", async (name, reason, status) => {
    const failure = await failureOf(answered(name, unwrap));
    expect([failure.reason, failure.status]).toEqual([reason, status]);
  });
});
