import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, statSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { renewOperatorToken, unsealThroughSocket } from "../socket-client.ts";
import { errorOf, type Running, send, startForTest, temporaryFolder } from "../testing/harness.ts";

let folder: ReturnType<typeof temporaryFolder>;
let running: Running;
let rootKey: string;
beforeEach(async () => {
  folder = temporaryFolder();
  const first = await startForTest(folder.path);
  await first.server.close();
  rootKey = readFileSync(first.config.rootKeyFile, "utf8");
  renameSync(first.config.rootKeyFile, `${folder.path}/taken-away.key`);
  running = await startForTest(folder.path);
});
afterEach(async () => {
  await running.server.close();
  folder.remove();
});

const unseal = (key: string) => unsealThroughSocket(running.config.socketFile, key);
const wrongKey = () => randomBytes(32).toString("base64");
const body = { plaintext: "aGVsbG8=", context: "dTE=" };
const encrypt = () =>
  running.request("POST", "/v1/transit/encrypt/portafilter", { token: running.appToken, body });

/** Attack F6: the key server is started sealed, and somebody without the root key wants it open. */
describe("a sealed key server", () => {
  it("answers nothing but that it is sealed", async () => {
    const paths = ["transit/keys/portafilter", "sys/metrics", "auth/token/lookup-self", "x/y"];
    for (const path of paths) {
      for (const token of [running.appToken, running.operatorToken, ""]) {
        const received = await running.request("GET", `/v1/${path}`, { token });
        expect(errorOf(received)).toEqual([503, "Vault is sealed"]);
      }
    }
    expect(errorOf(await encrypt())).toEqual([503, "Vault is sealed"]);
  });

  it("stays sealed and unchanged after wrong keys, and opens with the right one", async () => {
    const store = readFileSync(`${running.config.folder}/keys.sealed`);
    const anchor = readFileSync(running.config.anchorFile);
    const attempts = [
      wrongKey(),
      "",
      "AAAA",
      "0".repeat(64),
      `${rootKey.slice(0, 20)}AAAA${rootKey.slice(24)}`,
      rootKey.trim().slice(0, -4),
      `${rootKey.trim()}AAAA`,
      "x".repeat(1_000_000),
    ];
    for (const key of attempts) {
      expect(await unseal(key)).toEqual(expect.any(String));
      expect(running.server.isSealed()).toBe(true);
      expect(errorOf(await encrypt())).toEqual([503, "Vault is sealed"]);
    }
    expect(readFileSync(`${running.config.folder}/keys.sealed`)).toEqual(store);
    expect(readFileSync(running.config.anchorFile)).toEqual(anchor);
    expect(await unseal(rootKey)).toBeNull();
    expect((await encrypt()).status).toBe(200);
  });

  it("is opened once by many at a time, wrong keys among them", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => (index % 4 === 2 ? rootKey : wrongKey()));
    const outcomes = await Promise.all(keys.map(unseal));
    // Once it is open, whoever asks is told so; before that only the right key says so.
    const firstOpen = outcomes.indexOf(null);
    expect(keys[firstOpen]).toBe(rootKey);
    expect(running.server.isSealed()).toBe(false);
    expect((await encrypt()).status).toBe(200);
  });

  it("keeps what it knows when an open server is handed a wrong key or the right one again", async () => {
    await unseal(rootKey);
    const sealed = (await encrypt()).json as { data: { ciphertext: string } };
    const { ciphertext } = sealed.data;
    await unseal(wrongKey());
    await unseal(rootKey);
    const opened = await running.request("POST", "/v1/transit/decrypt/portafilter", {
      token: running.appToken,
      body: { ciphertext, context: body.context },
    });
    expect(opened.json).toMatchObject({ data: { plaintext: body.plaintext } });
  });

  it("takes root keys nowhere but on the socket in its folder", async () => {
    for (const method of ["POST", "PUT"]) {
      const overNetwork = await running.request(method, "/v1/sys/unseal", {
        body: { key: rootKey.trim() },
        headers: { "x-forwarded-for": "127.0.0.1", host: "localhost" },
      });
      expect(errorOf(overNetwork)).toEqual([503, "Vault is sealed"]);
    }
    expect(running.server.isSealed()).toBe(true);
    expect(statSync(running.config.socketFile).mode & 0o777).toBe(0o600);
    expect(statSync(running.config.folder).mode & 0o777).toBe(0o700);
  });

  it("has no other way in: no rekeying, no new root, no initialising", async () => {
    for (const path of [
      "rekey/init",
      "rekey/update",
      "generate-root/attempt",
      "init",
      "step-down",
    ]) {
      for (const address of [running.server.address, { socketPath: running.config.socketFile }]) {
        const received = await send(address, "POST", `/v1/sys/${path}`, { body: {} });
        expect(received.status).toBe(503);
      }
    }
  });

  it("is what an operator can make of an open one", async () => {
    await unseal(rootKey);
    const token = running.operatorToken;
    expect((await running.request("POST", "/v1/sys/seal", { token })).status).toBe(204);
    expect(errorOf(await encrypt())).toEqual([503, "Vault is sealed"]);
    expect(await unseal(wrongKey())).toEqual(expect.any(String));
    expect(await unseal(rootKey)).toBeNull();
    expect((await encrypt()).status).toBe(200);
  });

  it("writes down attempts to open it, but not with what", async () => {
    const wrong = wrongKey();
    await unseal(wrong);
    await unseal(rootKey);
    const audit = readFileSync(running.config.auditFile, "utf8");
    expect(
      audit.match(/"operation":"sys.unseal","key":null,"accessor":null,"status":400/g),
    ).toHaveLength(1);
    expect(
      audit.match(/"operation":"sys.unseal","key":null,"accessor":null,"status":200/g),
    ).toHaveLength(1);
    expect(audit).not.toContain(wrong);
    expect(audit).not.toContain(rootKey.trim());
  });

  it("lets a request that began before finish nothing after", async () => {
    await unseal(rootKey);
    const { port, hostname } = new URL(running.server.address);
    const content = JSON.stringify({ type: "aes256-gcm96" });
    const socket = connect(Number(port), hostname);
    const head = [
      "POST /v1/transit/keys/late HTTP/1.1",
      "Host: x",
      "Connection: close",
      `X-Vault-Token: ${running.operatorToken}`,
      `Content-Length: ${content.length}`,
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${content.slice(0, 5)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const token = running.operatorToken;
    await running.request("POST", "/v1/sys/seal", { token });
    await unseal(rootKey);
    socket.write(content.slice(5));
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 503 /);
    const late = await running.request("GET", "/v1/transit/keys/late", { token });
    expect(late.status).toBe(404);
  });

  it("makes a new operator's token for who has the root key and the folder, and nobody else", async () => {
    const { socketFile, folder: own } = running.config;
    expect(await renewOperatorToken(socketFile, rootKey)).toBe("Vault is sealed");
    await unseal(rootKey);
    const before = readFileSync(`${own}/operator.token`, "utf8");
    for (const key of [wrongKey(), "", "AAAA"]) {
      expect(await renewOperatorToken(socketFile, key)).toEqual(expect.any(String));
    }
    expect(readFileSync(`${own}/operator.token`, "utf8")).toBe(before);
    const overNetwork = await running.request("POST", "/v1/sys/operator-token", {
      token: running.operatorToken,
      body: { key: rootKey.trim() },
    });
    expect(overNetwork.status).toBe(403);
    expect(await renewOperatorToken(socketFile, rootKey)).toBeNull();
    const token = readFileSync(`${own}/operator.token`, "utf8").trim();
    expect(token).not.toBe(before.trim());
    const list = await running.request("GET", "/v1/transit/keys?list=true", { token });
    expect(list.status).toBe(200);
  });
});
