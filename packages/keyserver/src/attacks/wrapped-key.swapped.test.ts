import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  dataOf,
  errorOf,
  type Running,
  startForTest,
  temporaryFolder,
} from "../testing/harness.ts";

const folder = temporaryFolder();
let running: Running;
beforeAll(async () => {
  running = await startForTest(folder.path);
});
afterAll(async () => {
  await running.server.close();
  folder.remove();
});

const contextOf = (user: string) => Buffer.from(user).toString("base64");
const failed = [400, "cipher: message authentication failed"];

/** Attack E3: somebody with the database puts one user's wrapped data key into another user's row. */
describe("a wrapped data key in another user's row", () => {
  const ask = (path: string, body: object) =>
    running.request("POST", `/v1/transit/${path}/portafilter`, { token: running.appToken, body });
  const wrapFor = async (user: string) =>
    dataOf(await ask("datakey/plaintext", { context: contextOf(user) })) as Record<string, string>;

  it("does not open for that user", async () => {
    const mine = await wrapFor("user-1");
    const { ciphertext } = mine;
    expect(errorOf(await ask("decrypt", { ciphertext, context: contextOf("user-2") }))).toEqual(
      failed,
    );
    const opened = await ask("decrypt", { ciphertext, context: contextOf("user-1") });
    expect(dataOf(opened)).toEqual({ plaintext: mine.plaintext });
  });

  it("is not rewrapped for that user either, alone or in a batch", async () => {
    const { ciphertext } = await wrapFor("user-1");
    const context = contextOf("user-2");
    expect(errorOf(await ask("rewrap", { ciphertext, context }))).toEqual(failed);
    const batch = await ask("rewrap", {
      batch_input: [
        { ciphertext, context, reference: "stolen" },
        { ciphertext, context: contextOf("user-1"), reference: "own" },
      ],
    });
    expect(dataOf(batch).batch_results).toEqual([
      { error: failed[1], reference: "stolen" },
      expect.objectContaining({ key_version: 1, reference: "own" }),
    ]);
  });

  it("does not open under a user whose name merely begins or ends alike", async () => {
    const { ciphertext } = await wrapFor("user-1");
    for (const other of ["user-11", "user-", "user-1 ", "User-1", "user-1\0", "\0user-1"]) {
      const context = contextOf(other);
      expect(errorOf(await ask("decrypt", { ciphertext, context })), other).toEqual(failed);
    }
  });

  it("does not open without any user", async () => {
    const { ciphertext } = await wrapFor("user-1");
    for (const context of [undefined, "", null]) {
      const [status, error] = errorOf(await ask("decrypt", { ciphertext, context }));
      expect([status, error?.slice(0, 17)]).toEqual([400, "missing 'context'"]);
    }
  });

  it("does not open under another key", async () => {
    const { ciphertext } = await wrapFor("user-1");
    const token = await running.tokenWith('path "transit/*" { capabilities = ["update"] }');
    await running.request("POST", "/v1/transit/keys/other", { token, body: { derived: true } });
    const body = { ciphertext, context: contextOf("user-1") };
    const opened = await running.request("POST", "/v1/transit/decrypt/other", { token, body });
    expect(errorOf(opened)).toEqual(failed);
  });
});
