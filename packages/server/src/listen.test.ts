import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "@portafilter/protocol";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { answerBrokenRequests } from "./broken-request.ts";
import { listen } from "./listen.ts";
import { bothData, wheels } from "./testing/packages.ts";
import { testServer } from "./testing/server.ts";
import { flipped } from "./testing/upstream.ts";

const wheel = `${paths.packages}${wheels.both.sha256}/${wheels.both.file}`;

async function listening() {
  const server = await testServer();
  const open = await listen(server.app, 0, "127.0.0.1");
  onTestFinished(open.close);
  /** What comes over the wire for raw requests, each sent when the one before has its answer. */
  const raw = async (...requests: string[]) => {
    const socket = connect(open.port, "127.0.0.1");
    const parts: Buffer[] = [];
    socket.on("data", (part: Buffer) => {
      parts.push(part);
      const next = waiting.shift();
      if (next !== undefined) socket.write(next);
    });
    const [first = "", ...waiting] = requests;
    socket.write(first);
    await finished(socket);
    return Buffer.concat(parts).toString("latin1");
  };
  const get = (path: string, host = "app1.pycafe.localhost:8080") =>
    raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  return { ...server, port: open.port, raw, get };
}

/** What a connection said, once it said that. */
function spoken(socket: Socket): (what: RegExp) => Promise<string> {
  let text = "";
  socket.setEncoding("latin1").on("data", (part: string) => (text += part));
  return async (what) => {
    while (!what.test(text)) await once(socket, "data");
    return text;
  };
}

test("a wheel that turns out wrong never ends cleanly on the wire", async () => {
  const { get, upstream } = await listening();
  upstream.routes.clear();
  const wrong = flipped(bothData, bothData.length - 1);
  upstream.routes.set("/cdn/v1.0.0/full/both-1.0-py3-none-any.whl", (_, response) => {
    response.writeHead(200);
    response.write(wrong.subarray(0, -10));
    setTimeout(() => response.end(wrong.subarray(-10)), 100);
  });
  const answer = await get(wheel).catch(() => "");
  const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
  if (head !== "") expect(head).toContain(`content-length: ${bothData.length}`);
  expect(body.length).toBeLessThan(bothData.length);
  expect(answer).not.toContain("checksum");
});

test("a good wheel arrives whole", async () => {
  const { get } = await listening();
  const answer = await get(wheel);
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
  expect(answer).toContain(`content-length: ${bothData.length}`);
});

test.for([
  [
    "absolute",
    "GET http://evil.test/ HTTP/1.1\r\nHost: pycafe.localhost:8080",
    /^HTTP\/1\.1 (421|400)/,
  ],
  ["foreign", "GET / HTTP/1.1\r\nHost: evil.test", /^HTTP\/1\.1 421/],
  [
    "two",
    "GET / HTTP/1.1\r\nHost: pycafe.localhost:8080\r\nHost: evil.test",
    /^HTTP\/1\.1 (421|400)/,
  ],
  ["with a path", "GET / HTTP/1.1\r\nHost: pycafe.localhost:8080/evil", /^HTTP\/1\.1 (421|400)/],
  [
    "and a huge header",
    `GET / HTTP/1.1\r\nHost: pycafe.localhost:8080\r\nX: ${"a".repeat(20_000)}`,
    /^HTTP\/1\.1 431/,
  ],
  ["TRACE", "TRACE / HTTP/1.1\r\nHost: pycafe.localhost:8080", /^HTTP\/1\.1 (405|400|501)/],
] as const)("odd requests are refused: host %s", async ([, request, status]) => {
  const { raw } = await listening();
  const answer = await raw(`${request}\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(status);
  expect(answer).not.toContain("host page");
});

test("attack D6: no address and no header, however long, makes a browser drop the cookies it has", async () => {
  const { raw } = await listening();
  const start = "GET / HTTP/1.1\r\nHost: pycafe.localhost:8080\r\n";
  for (const request of [
    `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: pycafe.localhost:8080`,
    `${start}Cookie: ${"a=b; ".repeat(5_000)}`,
    `${start}Sec-WebSocket-Protocol: ${"a".repeat(20_000)}`,
    "nonsense",
  ]) {
    const answer = await raw(`${request}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 4(31|00) /);
    expect(answer.toLowerCase()).not.toMatch(/\r\n(clear-site-data|set-cookie):/);
    expect(answer).toContain("default-src 'none'");
  }
});

test("the page for too long requests may run its own script, and nothing else", async () => {
  const { raw } = await listening();
  const answer = await raw(`GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const script = /<script>([^]*)<\/script>/.exec(answer)?.[1] ?? "";
  const hash = createHash("sha256").update(script).digest("base64");
  expect(answer).toContain(`form-action 'none'; script-src 'sha256-${hash}'\r\n`);
  expect(answer).toContain("content-type: text/html; charset=utf-8\r\n");
});

test.for([true, false])(
  "what is no request is answered with HSTS over https: %s",
  async (https) => {
    const app = new Hono();
    const timeouts = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
    const open = await listen(app, 0, "127.0.0.1", { ...timeouts, https });
    onTestFinished(open.close);
    const answers: string[] = [];
    for (const request of ["nonsense\r\n\r\n", `GET /${"a".repeat(20_000)}`, "GET / HT"]) {
      const socket = connect(open.port, "127.0.0.1");
      const said = spoken(socket);
      socket.write(request);
      answers.push(await said(/\r\n\r\n/));
      socket.destroy();
    }
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(["400", "431", "408"]);
    const sts = "strict-transport-security: max-age=63072000; includeSubDomains";
    for (const answer of answers) expect(answer.includes(sts)).toBe(https);
  },
);

test("as many cookies as a browser keeps are heard out, so that it reads the answer (B4)", async () => {
  const { raw } = await listening();
  const start = "GET / HTTP/1.1\r\nHost: pycafe.localhost:8080\r\n";
  // A connection that is cut while more is to come rejects here.
  const answer = await raw(`${start}Cookie: ${"x".repeat(720 * 1024)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(answer).toMatch(/<\/html>\n$/);
});

test("on a connection that was of use before, a refusal is heard out, too; behind an answer under way there is none", async () => {
  const { raw, upstream } = await listening();
  const start = "GET /healthz HTTP/1.1\r\nHost: pycafe.localhost:8080\r\n";
  const broken = `${start}Cookie: ${"x".repeat(720 * 1024)}\r\n\r\n`;
  const answers = await raw(`${start}\r\n`, broken);
  expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 431 [^]*<\/html>\n$/);

  upstream.routes.set("/cdn/v1.0.0/full/both-1.0-py3-none-any.whl", () => undefined);
  const waiting = `GET ${wheel} HTTP/1.1\r\nHost: app1.pycafe.localhost:8080\r\n\r\n`;
  expect(await raw(`${waiting}nonsense\r\n\r\n`).catch(() => "")).toBe("");
});

test("what came over a connection before does not count against a request that is refused (B4)", async () => {
  const app = new Hono();
  app.post("/", async (c) => c.text(`${(await c.req.arrayBuffer()).byteLength} came`));
  const open = await listen(app, 0, "127.0.0.1");
  onTestFinished(open.close);
  // Like a browser, it sends all of its request, whatever is said meanwhile.
  const socket = connect({ port: open.port, host: "127.0.0.1", allowHalfOpen: true });
  const closed = finished(socket);
  const said = spoken(socket);
  const upload = Buffer.alloc(2.1 * 1024 * 1024);
  const start = "Host: pycafe.localhost:8080\r\n";
  socket.write(`POST / HTTP/1.1\r\n${start}Content-Length: ${upload.length}\r\n\r\n`);
  socket.write(upload);
  await said(/ came$/);
  socket.write(`GET / HTTP/1.1\r\n${start}Cookie: `);
  for (let part = 0; part < 40; part += 1) {
    socket.write("x".repeat(8 * 1024));
    await sleep(5);
  }
  socket.end("\r\n\r\n");
  // A connection that is cut while more is to come rejects here.
  await closed;
  expect(await said(/HTTP\/1\.1 431 /)).toContain("Cookies that were in the way are removed.");
});

test("a request that was answered before it was all here is not answered twice", async () => {
  // One that has patience with what is late, so that only what is broken ends a connection.
  const server = createServer((_, response) => response.writeHead(403).end());
  answerBrokenRequests(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const answers = async (rest: string) => {
    const socket = connect(port, "127.0.0.1");
    const said = spoken(socket);
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    await said(/\r\n\r\n/);
    socket.write(rest);
    await finished(socket).catch(() => undefined);
    return (await said(/^/)).match(/HTTP\/1\.1 \d+/g);
  };
  expect(await answers("zz\r\n")).toEqual(["HTTP/1.1 403"]);
  // Once it is all here it stands in nobody's way.
  expect(await answers("0\r\n\r\nnonsense\r\n\r\n")).toEqual(["HTTP/1.1 403", "HTTP/1.1 400"]);
});

test("a header that never ends is cut off", async () => {
  const { port } = await listening();
  // It goes on after the refusal.
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).resume();
  // It may be cut while something is on its way.
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nX: ");
  const part = "x".repeat(64 * 1024);
  const mebibytes = 64;
  let parts = 0;
  const more = () => {
    while (parts < mebibytes * 16 && socket.writable) {
      parts += 1;
      if (!socket.write(part)) return;
    }
  };
  socket.on("drain", more);
  more();
  await new Promise((resolve) => socket.once("close", resolve));
  expect(parts / 16).toBeLessThan(mebibytes);
});

test("paths stay inside over the wire too, where nothing tidies them first", async () => {
  const { get, raw } = await listening();
  for (const path of ["/../../etc/passwd", "/assets/../../../etc/passwd", "/%2e%2e/etc/passwd"]) {
    expect(await get(path, "pycafe.localhost:8080")).not.toContain("root:");
    expect(await get(path)).toMatch(/^HTTP\/1\.1 404/);
  }
  expect(
    await raw("GET /healthz HTTP/1.1\r\nHost: pycafe.localhost:8080\r\nConnection: close\r\n\r\n"),
  ).toMatch(/200/);
});
