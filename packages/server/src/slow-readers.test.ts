import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "./listen.ts";

const readTimeout = 500;
/** More than the buffers of both ends of a connection take. */
const large = 32 * 1024 * 1024;

async function listening() {
  const app = new Hono();
  const gone = { count: 0 };
  app.get("/large", (c) => c.body("x".repeat(large)));
  app.get("/parts", (c) => {
    const parts = async function* () {
      try {
        for (let sent = 0; sent < large; sent += 65_536) yield new Uint8Array(65_536);
        await sleep(0);
      } finally {
        gone.count += 1;
      }
    };
    return c.body(ReadableStream.from(parts()));
  });
  app.get("/late", async (c) => {
    await sleep(readTimeout * 3);
    return c.text("late");
  });
  app.get("/quiet", (c) => {
    const parts = async function* () {
      yield new TextEncoder().encode("first ");
      await sleep(readTimeout * 3);
      yield new TextEncoder().encode("last");
    };
    return c.body(ReadableStream.from(parts()));
  });
  const open = await listen(app, 0, "127.0.0.1", { readTimeout });
  onTestFinished(open.close);
  const ask = (path: string, connection = "close") => {
    const socket = connect(open.port, "127.0.0.1").pause();
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n\r\n`);
    return socket;
  };
  return { ask, gone };
}

/** Reads what there still is, to the end of the connection. */
async function rest(socket: Socket): Promise<number> {
  let length = 0;
  socket.on("data", (part: Buffer) => (length += part.length)).resume();
  if (!socket.closed) await once(socket, "close");
  return length;
}

test("D11: an answer whose reader takes nothing of it is ended, whole or in parts", async () => {
  const { ask, gone } = await listening();
  const sockets = [ask("/large"), ask("/parts"), ask("/large")];
  await expect.poll(() => gone.count, { timeout: 10_000 }).toBe(1);
  await sleep(readTimeout * 4);
  for (const socket of sockets) expect(await rest(socket)).toBeLessThan(large);
});

test("D11: asking for more meanwhile is not reading", async () => {
  const { ask } = await listening();
  const socket = ask("/large", "keep-alive");
  const timer = setInterval(() => {
    socket.write("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
  }, readTimeout / 3);
  onTestFinished(() => {
    clearInterval(timer);
  });
  await sleep(readTimeout * 6);
  expect(await rest(socket)).toBeLessThan(large);
});

test("a reader that goes on gets all of it, however slow", async () => {
  const { ask } = await listening();
  const socket = ask("/large");
  let length = 0;
  let pauses = 0;
  for await (const part of socket as AsyncIterable<Buffer>) {
    length += part.length;
    if (length / (4 * 1024 * 1024) < pauses) continue;
    pauses += 1;
    await sleep(readTimeout / 2);
  }
  expect(length).toBeGreaterThan(large);
  expect(pauses).toBeGreaterThan(5);
});

test("an answer that is late, or has a pause, is not the reader's doing", async () => {
  const { ask } = await listening();
  const all = await Promise.all(["/late", "/quiet"].map((path) => rest(ask(path))));
  for (const length of all) expect(length).toBeGreaterThan(100);
});
