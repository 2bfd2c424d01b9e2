import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KeyServerError } from "./failure.ts";
import { canary, clientFor, failureOf, showsSecret } from "./testing/client.ts";
import { answerJson, type FakeKeyServer, startFakeKeyServer } from "./testing/fake-key-server.ts";

const wrapped = `vault:v1:${Buffer.from(canary.key).toString("base64")}`;
const two = ["ann", "bob"].map((userId) => ({ userId, wrapped }));
const done = { ciphertext: "vault:v2:QUJD", key_version: 2 };
const failed = { error: "cipher: message authentication failed" };

let server: FakeKeyServer;
beforeAll(async () => {
  server = await startFakeKeyServer();
});
afterAll(() => server.stop());
beforeEach(() => server.seen.splice(0));

/** What a rewrap of two keys ends with when that is the answer. */
async function rewrap(status: number, content: unknown) {
  server.behaviour = answerJson(status, content);
  const client = clientFor(server.origin);
  try {
    return await client.transit.rewrap(two);
  } finally {
    client.close();
  }
}

describe("a batch", () => {
  it("says for each key whose it is, and which one", async () => {
    await rewrap(200, { data: { batch_results: [done, done] } });
    expect(JSON.parse(server.seen[1]?.body ?? "")).toEqual({
      batch_input: [
        { ciphertext: wrapped, context: "YW5u", reference: "0" },
        { ciphertext: wrapped, context: "Ym9i", reference: "1" },
      ],
    });
  });

  it.each([200, 400])("that failed in part is read with status %i", async (status) => {
    const [first, second] = await rewrap(status, {
      data: {
        batch_results: [
          { ...done, reference: "0" },
          { ...failed, reference: "1" },
        ],
      },
    });
    expect(first).toEqual({ wrapped: "vault:v2:QUJD", version: 2 });
    expect(second).toBeInstanceOf(KeyServerError);
    expect(second).toMatchObject({ reason: "not_authentic" });
  });

  it("is read without references, too, as old servers answer", async () => {
    expect(await rewrap(200, { data: { batch_results: [done, done] } })).toHaveLength(2);
  });

  it.each<[string, number, unknown]>([
    ["rejected", 400, { errors: ["missing batch input to process"] }],
    ["rejected", 400, { data: null }],
    ["denied", 403, { data: { batch_results: [done, done] } }],
    ["failed", 500, { data: { batch_results: [done, done] } }],
    ["nonsense", 200, { data: { batch_results: [done] } }],
    ["nonsense", 200, { data: { batch_results: [done, done, done] } }],
    ["nonsense", 200, { data: { batch_results: [done, {}] } }],
    ["nonsense", 200, { data: { batch_results: [done, { ...done, key_version: 3 }] } }],
    ["nonsense", 200, { data: { batch_results: [done, { error: "" }] } }],
    ["nonsense", 400, { data: { batch_results: [done] } }],
    [
      "nonsense",
      200,
      {
        data: {
          batch_results: [
            { ...done, reference: "1" },
            { ...done, reference: "0" },
          ],
        },
      },
    ],
    ["nonsense", 200, { data: { batch_results: { 0: done, 1: done } } }],
  ])("is refused as a whole (%s: %i %j)", async (reason, status, content) => {
    const failure = await failureOf(rewrap(status, content));
    expect(failure.reason).toBe(reason);
    expect(showsSecret(failure)).toBe(false);
  });
});
