import { readFileSync, renameSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Running,
  type Sent,
  send,
  startForTest,
  temporaryFolder,
} from "../testing/harness.ts";
import { comparable, recordings } from "./recorded.ts";

/** After unsealing, storage of another kind says more about replication. */
const expected = recordings.filter(
  ({ id, name }) => id.startsWith("raft-") && !/^uninit|^leader|^health-after/.test(name),
);

describe("what a sealed OpenBao 2.6.2 answered, asked of our sealed key server", () => {
  const folder = temporaryFolder();
  let running: Running;
  let rootKey: string;
  beforeAll(async () => {
    const first = await startForTest(folder.path);
    await first.server.close();
    rootKey = readFileSync(first.config.rootKeyFile, "utf8").trim();
    renameSync(first.config.rootKeyFile, `${folder.path}/taken-away.key`);
    running = await startForTest(folder.path);
  });
  afterAll(async () => {
    await running.server.close();
    folder.remove();
  });

  it.each(expected)("$id $name", async ({ request: { method, path, body }, ...answer }) => {
    const sent: Sent = {
      token: running.operatorToken,
      ...(body === undefined
        ? {}
        : { body: { ...body, ...(body.key === "<redacted>" ? { key: rootKey } : {}) } }),
    };
    // Only the socket in the server's folder takes a root key.
    const address =
      path === "/v1/sys/unseal"
        ? { socketPath: running.config.socketFile }
        : running.server.address;
    const received = await send(address, method, path, sent);
    expect(received.status).toBe(answer.status);
    expect(comparable(received.json)).toEqual(comparable(answer.body));
  });

  it("is unsealed after that", () => {
    expect(expected.length).toBeGreaterThan(4);
    expect(running.server.isSealed()).toBe(false);
  });
});
