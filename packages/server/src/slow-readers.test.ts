import type { ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "./listen.ts";

const readTimeout = 500;
/** More than the buffers of both ends of a connection take. */
const large = 32 * 1024 * 1024;
/** The same bytes for all, so that only the server counts them often. */
const shared = new Uint8Array(large);

async function listening(limits: Parameters<typeof listen>[3] = {}) {
  const app = new Hono();
  const parts = { begun: 0, gone: 0 };
  const answers = { open: new Set<ServerResponse>(), begun: 0 };
  app.get("/large", (c) => c.body("x".repeat(large)));
  app.get("/shared", (c) => {
    const { outgoing } = c.env as { outgoing: ServerResponse };
    answers.open.add(outgoing);
    answers.begun += 1;
    outgoing.on("close", () => {
      answers.open.delete(outgoing);
    });
    return c.body(shared);
  });
  app.get("/small", (c) => c.body(shared.subarray(0, 100_000)));
  app.get("/parts", (c) => {
    const all = async function* () {
      parts.begun += 1;
      try {
        for (let sent = 0; sent < large; sent += 65_536) yield new Uint8Array(65_536);
        await sleep(0);
      } finally {
        parts.gone += 1;
      }
    };
    return c.body(ReadableStream.from(all()));
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
  const open = await listen(app, 0, "127.0.0.1", {
    readTimeout,
    mostUnread: 100 * large,
    ...limits,
  });
  onTestFinished(open.close);
  const ask = (path: string, connection = "close") => {
    const socket = connect(open.port, "127.0.0.1").pause();
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n\r\n`);
    return socket;
  };
  /** Sends so many requests at once, on one connection that is not read. */
  const askOften = (path: string, times: number) => {
    const socket = ask(path, "keep-alive");
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times - 1));
    return socket;
  };
  return { ask, askOften, parts, answers, address: `http://127.0.0.1:${open.port}` };
}

/** Pauses for longer than the server waits between two looks, again and again. */
function slowly(socket: Socket): Socket {
  let length = 0;
  let pauses = 0;
  socket.on("data", (part: Buffer) => {
    length += part.length;
    if (length / (1024 * 1024) < pauses) return;
    pauses += 1;
    socket.pause();
    setTimeout(() => socket.resume(), 50);
  });
  return socket;
}

/** Reads what there still is, to the end of the connection. */
async function rest(socket: Socket): Promise<number> {
  let length = 0;
  socket.on("data", (part: Buffer) => (length += part.length)).resume();
  // It may be reset, which is an end like any other.
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
  return length;
}

test("D11: an answer whose reader takes nothing of it is ended, whole or in parts", async () => {
  const { ask, parts } = await listening();
  const sockets = [ask("/parts")];
  // A connection that has not asked yet is not waited for either.
  await expect.poll(() => parts.begun).toBe(1);
  sockets.push(ask("/large"), ask("/large"));
  await expect.poll(() => parts.gone, { timeout: 10_000 }).toBe(1);
  await sleep(readTimeout * 4);
  for (const socket of sockets) expect(await rest(socket)).toBeLessThan(large);
});

test("D11: of 500 who read nothing of a large answer no more than there is room for stay", async () => {
  const mostUnread = 5 * large;
  const { ask, address, answers } = await listening({
    readTimeout: 60_000,
    mostUnread,
    unreadCheckingInterval: 20,
  });
  for (let n = 0; n < 500; n += 1) ask("/shared");
  await expect.poll(() => answers.begun, { timeout: 10_000 }).toBe(500);
  const unread = () => [...answers.open].reduce((sum, one) => sum + one.writableLength, 0);
  await expect.poll(unread, { timeout: 10_000 }).toBeLessThanOrEqual(mostUnread);
  // Whoever reads is served.
  expect(await (await fetch(`${address}/shared`)).arrayBuffer()).toHaveProperty(
    "byteLength",
    large,
  );
});

test("D11: many small answers that one connection asked for at once count together", async () => {
  const { askOften } = await listening({
    readTimeout: 60_000,
    mostUnread: large,
    unreadCheckingInterval: 20,
  });
  const socket = askOften("/small", 1_000);
  await sleep(1_000);
  expect(await rest(socket)).toBeLessThan(large);
});

test("D11: whoever goes on reading stays when those who read nothing are ended", async () => {
  const { ask, askOften } = await listening({
    readTimeout: 60_000,
    mostUnread: 2 * large,
    unreadCheckingInterval: 20,
  });
  const reading = rest(slowly(ask("/large")));
  const others = Array.from({ length: 6 }, () => askOften("/small", 1_000));
  expect(await reading).toBeGreaterThan(large);
  const lengths = await Promise.all(others.map(rest));
  expect(lengths.filter((length) => length < large)).not.toEqual([]);
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
