import { connect } from "node:net";
import { finished } from "node:stream/promises";
import { paths } from "@portafilter/protocol";
import { expect, onTestFinished, test } from "vitest";
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

test("a header that is too long takes the cookies away that may have made it so (B4)", async () => {
  const { raw } = await listening();
  const start = "GET / HTTP/1.1\r\nHost: pycafe.localhost:8080\r\n";
  const answer = await raw(`${start}Cookie: ${"a=b; ".repeat(5_000)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(answer).toContain('clear-site-data: "cookies"');
  expect(answer).toContain("frame-ancestors 'none'");
  // Nothing else does: anybody can send nonsense.
  const nonsense = await raw("nonsense\r\n\r\n");
  expect(nonsense).toMatch(/^HTTP\/1\.1 400 /);
  expect(nonsense).not.toContain("clear-site-data");
});

test("as many cookies as a browser keeps are heard out, so that it reads the answer (B4)", async () => {
  const { raw } = await listening();
  const start = "GET / HTTP/1.1\r\nHost: pycafe.localhost:8080\r\n";
  // A connection that is cut while more is to come rejects here.
  const answer = await raw(`${start}Cookie: ${"x".repeat(720 * 1024)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(answer).toMatch(/Reload the page to try again\.\n$/);
});

test("on a connection that was of use before, a refusal is heard out, too; behind an answer under way there is none", async () => {
  const { raw, upstream } = await listening();
  const start = "GET /healthz HTTP/1.1\r\nHost: pycafe.localhost:8080\r\n";
  const broken = `${start}Cookie: ${"x".repeat(720 * 1024)}\r\n\r\n`;
  const answers = await raw(`${start}\r\n`, broken);
  expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 431 [^]*try again\.\n$/);

  upstream.routes.set("/cdn/v1.0.0/full/both-1.0-py3-none-any.whl", () => undefined);
  const waiting = `GET ${wheel} HTTP/1.1\r\nHost: app1.pycafe.localhost:8080\r\n\r\n`;
  expect(await raw(`${waiting}nonsense\r\n\r\n`).catch(() => "")).toBe("");
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
