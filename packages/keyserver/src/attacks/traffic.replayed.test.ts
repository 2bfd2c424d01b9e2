import { readFileSync, writeFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Certificate, createAuthority } from "../testing/certificate.ts";
import { type Running, startForTest, temporaryFolder } from "../testing/harness.ts";

const folder = temporaryFolder();
const authority = createAuthority("test authority");
const stranger = createAuthority("test authority");
const client = authority.issue("app server");
let running: Running;
let port: number;

beforeAll(async () => {
  const write = (name: string, content: string) => {
    const path = join(folder.path, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const server = authority.issue("key server");
  running = await startForTest(folder.path, {
    TLS_CERT_FILE: write("server.crt", server.cert),
    TLS_KEY_FILE: write("server.key", server.key),
    CLIENT_CA_FILE: write("clients.crt", authority.own.cert),
  });
  port = Number(new URL(running.server.address).port);
});
afterAll(async () => {
  await running.server.close();
  folder.remove();
});

/** What an eavesdropper would have seen of a request, sent again. */
function replay(certificate: Certificate | null, token: string, options: RequestOptions = {}) {
  const body = JSON.stringify({ plaintext: "aGVsbG8=", context: "dTE=" });
  return new Promise<number>((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method: "POST",
        path: "/v1/transit/encrypt/portafilter",
        headers: { "X-Vault-Token": token },
        agent: false,
        ca: authority.own.cert,
        ...(certificate ?? {}),
        ...options,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Attack F5: traffic between app server and key server is captured and sent again, or changed on its way. */
describe("replayed traffic", () => {
  it("needs the client's certificate and the token", async () => {
    expect(await replay(client, running.appToken)).toBe(200);
    expect(await replay(client, "not the token")).toBe(403);
    expect(await replay(client, "")).toBe(403);
  });

  it("gets no connection without a certificate, or with one of another authority", async () => {
    await expect(replay(null, running.appToken)).rejects.toThrow();
    await expect(replay(stranger.issue("app server"), running.appToken)).rejects.toThrow();
    const selfMade = createAuthority("app server").own;
    await expect(replay(selfMade, running.appToken)).rejects.toThrow();
  });

  it("is not taken by a server that cannot show the right certificate", async () => {
    const ca = stranger.own.cert;
    await expect(replay(client, running.appToken, { ca })).rejects.toThrow();
  });

  it("does not get older protocols", async () => {
    const old = { maxVersion: "TLSv1.2" as const };
    await expect(replay(client, running.appToken, old)).rejects.toThrow();
  });

  it("gets nothing in plain HTTP", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const answer = await text(socket).catch(() => "");
    expect(answer).not.toContain("200");
    expect(answer).not.toContain("initialized");
  });

  it("leaves a line in the audit log each time", async () => {
    const count = () =>
      readFileSync(running.config.auditFile, "utf8").split('"operation":"encrypt"').length;
    const before = count();
    for (let times = 0; times < 3; times += 1) await replay(client, running.appToken);
    expect(count()).toBe(before + 3);
  });

  it("takes the new certificate after a reload, without a restart", async () => {
    const next = createAuthority("test authority");
    const server = next.issue("key server");
    writeFileSync(join(folder.path, "server.crt"), server.cert);
    writeFileSync(join(folder.path, "server.key"), server.key);
    running.server.reload();
    expect(await replay(client, running.appToken, { ca: next.own.cert })).toBe(200);
    await expect(replay(client, running.appToken)).rejects.toThrow();
  });
});
