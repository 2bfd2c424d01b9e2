import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Authority, createAuthority, issue } from "./testing/certificates.ts";
import { canary, clientFor, failureOf } from "./testing/client.ts";
import { startFakeKeyServer } from "./testing/fake-key-server.ts";
import { startRealKeyServer, temporaryFolder } from "./testing/real-key-server.ts";

/** Attack F5, the client's part: somebody sits between app server and key server. */
const owned = { userId: "ann", wrapped: `vault:v1:${Buffer.from(canary.key).toString("base64")}` };
const hour = 60 * 60 * 1000;
const authority = await createAuthority();

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const step of cleanUp.splice(0)) await step();
});

async function serverWith(hosts: string[], by = authority, valid?: { from?: number; to?: number }) {
  const server = await startFakeKeyServer(await issue(by, hosts, valid));
  cleanUp.push(server.stop);
  return server;
}

function client(origin: string, ca: string | undefined) {
  const made = clientFor(origin, { ca });
  cleanUp.push(() => {
    made.close();
    return Promise.resolve();
  });
  return made;
}

describe("F5: over TLS", () => {
  it("the key server is believed that the given authority vouches for", async () => {
    const server = await serverWith(["127.0.0.1"]);
    expect(await client(server.origin, authority.cert).transit.unwrap(owned)).toEqual(canary.key);
  });

  it.each<[string, string, () => ReturnType<typeof serverWith>]>([
    [
      "of an authority that was not given",
      "",
      async () => serverWith(["127.0.0.1"], await createAuthority()),
    ],
    [
      "of an authority that only has the same name",
      "",
      async () => serverWith(["127.0.0.1"], await createAuthority(authority.name)),
    ],
    [
      "for another host",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      () => serverWith(["10.0.0.1", "bao.example"]),
    ],
    [
      "that has expired",
      "CERT_HAS_EXPIRED",
      () =>
        serverWith(["127.0.0.1"], authority, {
          from: Date.now() - 2 * hour,
          to: Date.now() - hour,
        }),
    ],
    [
      "that is not valid yet",
      "CERT_NOT_YET_VALID",
      () => serverWith(["127.0.0.1"], authority, { from: Date.now() + hour }),
    ],
  ])("a certificate %s is refused, and no request is sent", async (_, code, start) => {
    // What switches the checks off elsewhere must not do so here.
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const server = await start();
    const failure = await failureOf(client(server.origin, authority.cert).transit.unwrap(owned));
    expect(failure.reason).toBe("unreachable");
    if (code !== "") expect(failure.cause).toMatchObject({ code });
    expect(server.seen).toEqual([]);
  });

  it("a private authority is not believed unless it was given", async () => {
    const server = await serverWith(["127.0.0.1"]);
    const failure = await failureOf(client(server.origin, undefined).transit.unwrap(owned));
    expect(failure.reason).toBe("unreachable");
    expect(server.seen).toEqual([]);
  });

  it("a server without TLS learns nothing", async () => {
    let heard = "";
    const plain = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        heard += bytes.toString("latin1");
        socket.end("HTTP/1.1 200 OK\r\n\r\n{}");
      });
    }).listen(0, "127.0.0.1");
    await once(plain, "listening");
    const address = plain.address();
    const origin = `https://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
    const failure = await failureOf(client(origin, authority.cert).transit.unwrap(owned));
    plain.close();
    expect(failure.reason).toBe("unreachable");
    expect(heard).not.toBe("");
    expect(heard).not.toContain(canary.token);
    expect(heard).not.toContain("HTTP");
  });
});

describe("with certificates on both sides, against the real key server", () => {
  async function realServer(clients: Authority) {
    const folder = await temporaryFolder();
    const { cert, key } = await issue(authority, ["127.0.0.1"]);
    const file = async (name: string, content: string) => {
      await writeFile(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const env = {
      TLS_CERT_FILE: await file("cert.pem", cert),
      TLS_KEY_FILE: await file("key.pem", key),
      CLIENT_CA_FILE: await file("clients.pem", clients.cert),
    };
    const server = await startRealKeyServer(env, folder);
    cleanUp.push(server.remove);
    return server;
  }

  it("only who shows one from the right authority gets through", async () => {
    const clients = await createAuthority("clients");
    const server = await realServer(clients);
    expect(server.origin).toMatch(/^https:/);
    const through = (shown: { cert: string; key: string } | undefined) => {
      const made = clientFor(server.origin, {
        ca: authority.cert,
        client: shown,
        token: () => server.appToken,
      });
      cleanUp.push(() => {
        made.close();
        return Promise.resolve();
      });
      return made.transit.wrap("ann", canary.key);
    };
    expect((await through(await issue(clients, ["app"]))).version).toBe(1);
    expect((await failureOf(through(undefined))).reason).toBe("unreachable");
    const stranger = await issue(await createAuthority("clients"), ["app"]);
    expect((await failureOf(through(stranger))).reason).toBe("unreachable");
  });
});
