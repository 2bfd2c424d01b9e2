import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, type Running, startForTest, temporaryFolder } from "../testing/harness.ts";

const folder = temporaryFolder();
let running: Running;
let token: string;
beforeAll(async () => {
  running = await startForTest(folder.path);
  token = await running.tokenWith(everything);
});
afterAll(async () => {
  await running.server.close();
  folder.remove();
});

/** Sends a request line that no well-behaved client would write, and gives the status back. */
async function statusOf(target: string, lines: readonly string[] = []): Promise<number> {
  const { port, hostname } = new URL(running.server.address);
  const socket = connect(Number(port), hostname);
  const head = [
    `GET ${target} HTTP/1.1`,
    "Host: x",
    "Connection: close",
    `X-Vault-Token: ${token}`,
    ...lines,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`, "latin1");
  return Number((await text(socket)).split(" ")[1]);
}

/** Attack F9: a path that one part of the server reads differently from another. */
describe("a path that is not what it seems", () => {
  it.each([
    "/v1/transit/keys/../..",
    "/v1/transit/keys/../keys/portafilter",
    "/v1/transit/keys/%2e%2e",
    "/v1/transit/keys/%2e%2e/keys/portafilter",
    "/v1/transit/keys/a%00b",
    "/v1/transit/keys/portafilter%00",
    "/v1/transit/keys/portafilter%2frotate",
    "/v1/transit/keys/portafilte%72",
    "/v1/transit//keys/portafilter",
    "/v1/transit/keys//portafilter",
    "/v1/transit/keys/portafilter/",
    "/v1/transit/keys/portafilter/.",
    "/v1/transit/keys/.portafilter",
    "/v1/transit/keys/portafilter.",
    "/v1/transit/keys/-portafilter",
    "/v1/transit/keys/",
    "/v1/transit/keys/portafilter;x=1",
    "/v1/transit/keys/portafilter\\..",
    "/v1/transit/keys/portaf\u00eflter",
    "/v1/transit/keys/__proto__/../portafilter",
    `/v1/transit/keys/${"k".repeat(129)}`,
    `/v1/transit/keys/${"k".repeat(10_000)}`,
    "/v1/transit/keys/portafilter/rotate/x/y/z/1/2/3/4",
    "//v1/transit/keys/portafilter",
    "/V1/transit/keys/portafilter",
    "/v1/../v1/transit/keys/portafilter",
    "/./v1/transit/keys/portafilter",
    "/",
    "*",
    "http://127.0.0.1/v1/transit/keys/portafilter",
  ])("%s leads nowhere", async (target) => {
    expect([400, 403, 404]).toContain(await statusOf(target));
  });

  it("leads where it says when it is plain", async () => {
    expect(await statusOf("/v1/transit/keys/portafilter")).toBe(200);
    expect(await statusOf("/v1/transit/keys/portafilter?x=/../y")).toBe(200);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "%s is a name like any other",
    async (name) => {
      expect(await statusOf(`/v1/transit/keys/${name}`)).toBe(404);
      const path = `/v1/transit/keys/${name}`;
      expect((await running.request("POST", path, { token, body: {} })).status).toBe(200);
      const read = await running.request("GET", path, { token });
      expect(read.json).toMatchObject({ data: { name, latest_version: 1 } });
    },
  );

  it("is no way round a policy that names one key", async () => {
    const narrow = await running.tokenWith(
      'path "transit/keys/mine*" { capabilities = ["read", "update", "delete"] }',
    );
    const paths = ["mine/../portafilter", "mine%2f..%2fportafilter", "mine/../../keys/portafilter"];
    for (const path of paths) {
      const { status } = await running.request("GET", `/v1/transit/keys/${path}`, {
        token: narrow,
      });
      expect(status, path).toBe(404);
    }
    const { status } = await running.request("GET", "/v1/transit/keys/portafilter", {
      token: narrow,
    });
    expect(status).toBe(403);
  });

  it("does not become a list by having a body", async () => {
    const length = ["Content-Length: 2", "", "{}"];
    expect(await statusOf("/v1/transit/keys", length)).toBe(405);
  });

  it.each([
    "X-HTTP-Method-Override: DELETE",
    "X-Original-URL: /v1/sys/seal",
    "X-Forwarded-For: 127.0.0.1",
  ])("is not changed by %s", async (line) => {
    expect(await statusOf("/v1/transit/keys/portafilter", [line])).toBe(200);
    expect(await statusOf("/v1/transit/keys/portafilter")).toBe(200);
  });
});
