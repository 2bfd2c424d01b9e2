import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { api } from "@portafilter/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { listen } from "../listen.ts";
import { testServer } from "../testing/server.ts";
import { route } from "./route.ts";
import { testApi } from "./testing/api.ts";

const limit = 1_000;
const text = z.strictObject({ text: z.string() });
const routes = [
  route({
    method: "POST",
    path: "/api/v1/secrets/:id/reveal",
    operation: "reveal",
    summary: "…",
    auth: "none",
    rateLimit: "reveal",
    params: z.strictObject({ id: api.databaseId }),
    body: text,
    maxBody: limit,
    reply: text,
    handle: ({ body }) => Promise.resolve({ text: `canary ${body.text.length}` }),
  }),
  route({
    method: "GET",
    path: "/api/v1/secrets",
    operation: "list",
    summary: "…",
    auth: "none",
    rateLimit: "read",
    reply: text,
    handle: () => Promise.resolve({ text: "canary" }),
  }),
];

const reveal = "/api/v1/secrets/s1/reveal";
const own = "Host: pycafe.localhost:8080\r\nSec-Fetch-Site: same-origin\r\n";
const json = `${own}Content-Type: application/json\r\n`;

async function listening() {
  const { app, logged } = testApi(routes);
  const server = await testServer({ parts: { api: () => app } });
  const open = await listen(server.app, 0, "127.0.0.1");
  onTestFinished(open.close);
  /** What comes back for bytes as they are; if the connection is cut, what came before. */
  const raw = async (request: string | Buffer): Promise<string> => {
    const socket = connect(open.port, "127.0.0.1");
    const answer = answerOn(socket);
    socket.write(request);
    return answer;
  };
  const ask = (start: string, headers = own, body = "") =>
    raw(`${start} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n${body}`);
  const post = (body: string, headers = json) =>
    ask(`POST ${reveal}`, `${headers}Content-Length: ${Buffer.byteLength(body)}\r\n`, body);
  return { raw, ask, post, port: open.port, logged };
}

async function answerOn(socket: Socket): Promise<string> {
  let answer = "";
  socket.setEncoding("latin1").on("data", (part: string) => (answer += part));
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("close", resolve));
  return answer;
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

describe("D10: more than this address takes", () => {
  test("a body within the limit passes, one a byte beyond does not", async () => {
    const { post } = await listening();
    const of = (length: number) => `{"text":"${"a".repeat(length - 11)}"}`;
    expect(of(limit)).toHaveLength(limit);
    expect(statusOf(await post(of(limit)))).toBe(200);
    expect(statusOf(await post(of(limit + 1)))).toBe(413);
  });

  test("a body that claims to be small, and a chunk that is not", async () => {
    const { ask } = await listening();
    const chunked = `${json}Transfer-Encoding: chunked\r\n`;
    const chunk = "a".repeat(2_000);
    const answer = await ask(`POST ${reveal}`, chunked, `7d0\r\n${chunk}\r\n0\r\n\r\n`);
    expect(statusOf(answer)).toBe(413);
  });

  test("a body without an end is cut off long before it fills anything", async () => {
    const { port } = await listening();
    const socket = connect(port, "127.0.0.1");
    const answer = answerOn(socket);
    socket.write(`POST ${reveal} HTTP/1.1\r\n${json}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = `4000\r\n${"a".repeat(0x4000)}\r\n`;
    let sent = 0;
    const before = process.memoryUsage().arrayBuffers;
    while (socket.writable && sent < 200e6) {
      sent += chunk.length;
      if (!socket.write(chunk))
        await Promise.race([once(socket, "drain"), answer]).catch(() => undefined);
    }
    expect(sent).toBeLessThan(100e6);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
    expect(statusOf(await answer)).toBe(413);
  });

  test("a bomb is not unpacked", async () => {
    const { raw } = await listening();
    const bomb = gzipSync(`{"text":"${"a".repeat(10_000_000)}"}`, { level: 9 }).subarray(0, 900);
    const head = `POST ${reveal} HTTP/1.1\r\n${json}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\nConnection: close\r\n\r\n`;
    expect(statusOf(await raw(Buffer.concat([Buffer.from(head), bomb])))).toBe(400);
  });

  test("parameters and headers without end", async () => {
    const { ask } = await listening();
    const many = Array.from({ length: 2_000 }, (_, n) => `a${n}=`).join("&");
    expect(statusOf(await ask(`GET /api/v1/secrets?${many}`))).toBe(400);
    const parameters = (count: number) => Array.from({ length: count }, () => "a=").join("&");
    expect(statusOf(await ask(`GET /api/v1/secrets?${parameters(6_000)}`))).toBe(431);
    const headers = Array.from({ length: 2_000 }, (_, n) => `X-${n}: 1\r\n`).join("");
    expect(statusOf(await ask("GET /api/v1/secrets", own + headers))).toBe(431);
    // So much that the connection is cut before there is an answer.
    expect(await ask(`GET /api/v1/secrets?${parameters(100_000)}`)).not.toContain("canary");
  });

  test("a body whose sender goes away is nothing to log as a failure", async () => {
    const { port, logged } = await listening();
    const socket = connect(port, "127.0.0.1");
    const answer = answerOn(socket);
    socket.write(`POST ${reveal} HTTP/1.1\r\n${json}Content-Length: 500\r\n\r\n{"text":`);
    await once(socket, "ready");
    setTimeout(() => socket.destroy(), 100);
    await answer;
    await expect.poll(logged).toContain('"code":"bad_request"');
    expect(logged()).not.toContain('"level":50');
  });

  test("multipart", async () => {
    const { post } = await listening();
    const headers = `${own}Content-Type: multipart/form-data; boundary=a\r\n`;
    const part = '--a\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n--a--';
    expect(statusOf(await post(part, headers))).toBe(400);
  });
});

describe("D9: bodies that are not what they say", () => {
  test.for<[string, Buffer]>([
    ["a byte order mark", Buffer.from('\ufeff{"text":"x"}')],
    ["UTF-16", Buffer.from('{"text":"x"}', "utf16le")],
    ["UTF-7", Buffer.from("+AHs-text:1+AH0-")],
    ["invalid UTF-8", Buffer.from([...Buffer.from('{"text":"'), 0xff, ...Buffer.from('"}')])],
    ["an overlong slash", Buffer.from([...Buffer.from('{"text":"'), 0xc0, 0xaf, 0x22, 0x7d])],
    ["a key twice", Buffer.from('{"text":"x","text":"y"}')],
    ["a prototype", Buffer.from('{"text":"x","__proto__":{"text":"y"}}')],
    ["a number where text is", Buffer.from('{"text":1e999}')],
    ["a depth of 400", Buffer.from(`${"[".repeat(400)}${"]".repeat(400)}`)],
    ["two values", Buffer.from('{"text":"x"}{"text":"y"}')],
    ["a NUL behind it", Buffer.from('{"text":"x"}\0')],
  ])("%s: 400, and the server goes on", async ([, body]) => {
    const { raw, post } = await listening();
    const head = `POST ${reveal} HTTP/1.1\r\n${json}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    expect(statusOf(await raw(Buffer.concat([Buffer.from(head), body])))).toBe(400);
    expect(statusOf(await post('{"text":"x"}'))).toBe(200);
  });
});

describe("D12: requests that two servers would read differently", () => {
  const body = '{"text":"x"}';
  test.for<[string, string]>([
    [
      "length and chunks",
      `Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${body}`,
    ],
    ["two lengths", `Content-Length: 12\r\nContent-Length: 13\r\n\r\n${body}`],
    ["a length with a sign", `Content-Length: +12\r\n\r\n${body}`],
    ["a folded header", `Content-Length: 12\r\nX: a\r\n b\r\n\r\n${body}`],
    ["an encoding that is none", `Transfer-Encoding: xchunked\r\n\r\n${body}`],
    ["chunked twice over", `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ["a space before the colon", `Content-Length : 12\r\n\r\n${body}`],
    ["a chunk size that is none", `Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`],
    ["a bare line feed", `X: a\nContent-Length: 12\r\n\r\n${body}`],
  ])("%s", async ([, rest]) => {
    const { raw } = await listening();
    const answer = await raw(`POST ${reveal} HTTP/1.1\r\n${json}Connection: close\r\n${rest}`);
    expect(statusOf(answer)).toBe(400);
    expect(answer).not.toContain("canary");
  });

  test("HTTP/0.9, an expectation, another version", async () => {
    const { raw } = await listening();
    expect(await raw("GET /api/v1/secrets\r\n\r\n")).not.toContain("canary");
    const expecting = `POST ${reveal} HTTP/1.1\r\n${json}Expect: 200-magic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
    expect(statusOf(await raw(expecting))).toBe(417);
    expect(statusOf(await raw(`GET /api/v1/secrets HTTP/3.0\r\n${own}\r\n`))).toBe(400);
  });
});

describe("D13, D15: addresses that are nearly one", () => {
  test.for([
    "/api/v1/secrets/",
    "/api/v1/secrets/x.css",
    "/api/v1/secrets.css",
    "/api/v1/secrets;x.css",
    "/api/v1/secrets%00",
    "/api/v1/secrets%2f",
    "/api/v1/secrets%0a.js",
    "/api/v1//secrets",
    "//api/v1/secrets",
    "/api/v1/./secrets/x",
    "/API/V1/SECRETS",
    "/api/v1/secrets/..%2fsecrets",
    "/api/v2/secrets",
    "/assets/..%2fapi/v1/secrets",
  ])("%s is nothing, and nothing that a cache may keep", async (path) => {
    const { ask } = await listening();
    const answer = await ask(`GET ${path}`);
    expect(statusOf(answer)).toBe(404);
    expect(answer).not.toContain('"canary"');
    expect(answer.toLowerCase()).toMatch(/cache-control: no-(store|cache)/);
  });

  test("dots that a client has not resolved lead to the address they mean, not around its guards", async () => {
    const { ask } = await listening();
    const foreign = "Host: pycafe.localhost:8080\r\nSec-Fetch-Site: same-site\r\n";
    for (const path of ["/api/v1/x/../secrets", "/assets/../api/v1/secrets", "/%61pi/v1/secrets"]) {
      expect(statusOf(await ask(`GET ${path}`, foreign)), path).toBe(403);
    }
  });

  test.for(["evil.test", "pycafe.localhost:8081", "pycafe.localhost.:8080", "127.0.0.1:8080"])(
    "by the name of %s there is no API",
    async (host) => {
      const { ask } = await listening();
      const answer = await ask("GET /api/v1/secrets", own.replace("pycafe.localhost:8080", host));
      expect([400, 421]).toContain(statusOf(answer));
    },
  );

  test("answers of the API are kept nowhere and read by no other origin", async () => {
    const { ask, post } = await listening();
    for (const answer of [await ask("GET /api/v1/secrets"), await post('{"text":"x"}')]) {
      expect(statusOf(answer)).toBe(200);
      expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i);
      expect(answer).toMatch(/\r\ncross-origin-resource-policy: same-origin\r\n/i);
      expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/i);
      expect(answer).not.toMatch(/\r\naccess-control/i);
      expect(answer).not.toMatch(/\r\netag/i);
    }
  });
});

describe("D14: methods that nobody declared", () => {
  test.for(["HEAD", "PUT", "OPTIONS", "TRACE", "POST", "DELETE", "PATCH", "PROPFIND", "CONNECT"])(
    "%s",
    async (method) => {
      const { ask } = await listening();
      const answer = await ask(`${method} /api/v1/secrets`);
      expect(answer).not.toContain("canary");
      // CONNECT is cut off; TRACE is no request that the server's adapter passes on.
      if (method === "CONNECT") return;
      expect([405, 400, 501]).toContain(statusOf(answer));
      if (statusOf(answer) === 405) expect(answer).toMatch(/\r\nallow: GET\r\n/i);
    },
  );

  test("a method in a header, a query or a form overrides nothing", async () => {
    const { ask } = await listening();
    const override = `${json}X-HTTP-Method-Override: GET\r\nX-Method-Override: GET\r\nContent-Length: 0\r\n`;
    expect(statusOf(await ask("POST /api/v1/secrets", override))).toBe(405);
    expect(statusOf(await ask("POST /api/v1/secrets?_method=GET", override))).toBe(405);
  });
});
