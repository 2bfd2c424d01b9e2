import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../http/answer.ts";
import type { Call } from "../http/dispatch.ts";
import { createDispatch } from "../http/dispatch.ts";
import { limits } from "../http/limits.ts";
import { createListener } from "../http/listener.ts";
import type { Asked } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { createSeal } from "../seal.ts";

const small = { ...limits, headersTime: 2_000, requestTime: 3_000, connections: 8 };
const bodies: Asked["body"][] = [];
let server: Server;
let port: number;

beforeAll(async () => {
  const routes = [
    {
      path: "echo",
      access: "anyone" as const,
      action: "update" as const,
      name: "echo",
      run: ({ body }: Pick<Asked, "body">) => {
        bodies.push(body);
        return null;
      },
    },
  ];
  const dispatch: (call: Call) => Promise<Answer> = createDispatch({
    find: createRouter(routes),
    seal: createSeal({ file: "", anchor: "" }),
    audit: { write: () => undefined },
    metrics: { observe: () => undefined },
  });
  server = createListener(dispatch, false, undefined, small);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = () => connect(port, "127.0.0.1");
/** Sends bytes as they are and gives back everything that is answered until the server hangs up. */
async function exchange(bytes: string): Promise<string> {
  const socket = open();
  socket.write(bytes, "latin1");
  return await text(socket).catch(() => "");
}
const head = (...lines: readonly string[]) =>
  `${["POST /v1/echo HTTP/1.1", "Host: x", ...lines].join("\r\n")}\r\n\r\n`;
const closed = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.resume();
    socket.on("error", () => undefined);
    socket.once("close", () => {
      resolve();
    });
  });
const good = () => exchange(`${head("Content-Length: 2", "Connection: close")}{}`);

/** Attacks D10 to D12 on this server: too much, too slow, or not quite HTTP. */
describe("a client that abuses its connection", () => {
  it.each([
    ["two lengths", head("Content-Length: 2", "Content-Length: 3")],
    ["a length and chunks", head("Content-Length: 5", "Transfer-Encoding: chunked")],
    ["a length that is none", head("Content-Length: 2, 2")],
    ["folded headers", head("X: a", " b", "Content-Length: 0")],
    ["a bare line feed", "POST /v1/echo HTTP/1.1\nHost: x\n\n"],
    ["no host", "POST /v1/echo HTTP/1.1\r\n\r\n"],
    ["HTTP/0.9", "GET /v1/echo\r\n\r\n"],
    ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001"],
  ])("%s: refused, and the connection closed", async (_name, bytes) => {
    const before = bodies.length;
    const answer = await exchange(bytes);
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect(bodies.length).toBe(before);
  });

  it("headers that are too long are refused", async () => {
    const answer = await exchange(head(`X-Long: ${"x".repeat(limits.headers)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("an unknown method is refused in the shape of the API", async () => {
    const answer = await exchange("LIST /v1/echo HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).toContain('{"errors":["1 error occurred:\\n\\t* unsupported operation\\n\\n"]}');
  });

  it("a body that is too long is refused, whether its length is said or not", async () => {
    const long = "x".repeat(4097);
    const said = await exchange(`${head("Content-Length: 4097", "Connection: close")}${long}`);
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
    const chunked = `${head("Transfer-Encoding: chunked", "Connection: close")}1001\r\n${long}\r\n0\r\n\r\n`;
    expect(await exchange(chunked)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("a body that never ends is refused at the limit, and what follows is dropped", async () => {
    const socket = open();
    const done = closed(socket);
    socket.write(head("Transfer-Encoding: chunked"));
    const answered = new Promise<string>((resolve) => {
      socket.once("data", (data: Buffer) => {
        resolve(data.toString());
      });
    });
    const more = setInterval(() => socket.write(`400\r\n${"x".repeat(1024)}\r\n`), 5);
    expect(await answered).toMatch(/^HTTP\/1\.1 413 /);
    await done;
    clearInterval(more);
  });

  it("headers and bodies that trickle in are given up", async () => {
    const slowHead = open();
    slowHead.write("POST /v1/echo HTTP/1.1\r\nHost: x\r\nX: ");
    const trickle = setInterval(() => slowHead.write("x"), 50);
    const slowBody = open();
    slowBody.write(`${head("Content-Length: 100")}{`);
    await Promise.all([closed(slowHead), closed(slowBody)]);
    clearInterval(trickle);
    expect(await good()).toMatch(/^HTTP\/1\.1 204 /);
  });

  it("of more connections than there may be the oldest give way, so that others are served", async () => {
    const held = Array.from({ length: small.connections }, open);
    await Promise.all(held.map((socket) => once(socket, "connect")));
    const [oldest, ...others] = held;
    const gone = oldest && closed(oldest);
    expect(await good()).toMatch(/^HTTP\/1\.1 204 /);
    await gone;
    // The one that was just served has made room for this.
    others[0]?.write(`${head("Content-Length: 2", "Connection: close")}{}`);
    expect(others[0] === undefined ? "" : await text(others[0])).toMatch(/^HTTP\/1\.1 204 /);
    for (const socket of held) socket.destroy();
  });

  it("one that hangs up half-way leaves the server as it was", async () => {
    const socket = open();
    socket.write(`${head("Content-Length: 100")}{"half":`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect(await good()).toMatch(/^HTTP\/1\.1 204 /);
  });
});

describe("a body that is not what it should be", () => {
  const post = (content: string) =>
    exchange(
      `${head(`Content-Length: ${Buffer.byteLength(content, "latin1")}`, "Connection: close")}${content}`,
    );

  it.each([
    "{",
    '{"a":',
    "[]",
    '"text"',
    "1",
    "{} {}",
    "\u0000",
    "a=b",
    '{"a":1,}',
    "NaN",
    "{'a':1}",
  ])("%j is refused without being quoted", async (content) => {
    const answer = await post(content);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("failed to decode JSON input: ");
  });

  it("fields named like parts of JavaScript change nothing", async () => {
    expect(
      await post('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    ).toMatch(/^HTTP\/1\.1 204 /);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("objects nested deeply do not take the server down", async () => {
    expect(await post("[".repeat(999))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await good()).toMatch(/^HTTP\/1\.1 204 /);
  });
});
