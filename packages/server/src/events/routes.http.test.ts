import { connect } from "node:net";
import { Hono } from "hono";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { mountRoutes } from "../http/mount.ts";
import { fromOwnPage, platformOrigin } from "../http/testing/api.ts";
import { listen } from "../listen.ts";
import { createEvents } from "./events.ts";
import { createEventRoutes } from "./routes.ts";

/** The stream over real connections. */
async function server() {
  const events = await createEvents({ listen: () => Promise.resolve(() => Promise.resolve()) });
  const session = { userId: "ada", sessionId: "s1", isFresh: false };
  const sessions = {
    of: () => Promise.resolve(session),
    recall: () => null,
    lives: () => Promise.resolve(true),
  };
  const { routes, close } = createEventRoutes({ events, sessions });
  const pass = () => Promise.resolve();
  const app = new Hono();
  mountRoutes(app, routes, {
    sessions,
    limits: { byAddress: pass, byUser: pass },
    log: pino({ level: "silent" }),
    platformOrigin,
    trustedProxies: 0,
  });
  const listening = await listen(app, 0, "127.0.0.1");
  onTestFinished(() => listening.close());
  const open = (signal?: AbortSignal) =>
    fetch(`http://127.0.0.1:${listening.port}/api/v1/events`, {
      headers: fromOwnPage,
      ...(signal === undefined ? {} : { signal }),
    });
  return { open, close, port: listening.port };
}

test("a client that goes away makes room for another", async () => {
  const { open, close } = await server();
  const leave = new AbortController();
  for (let n = 0; n < 20; n += 1) expect((await open(leave.signal)).status).toBe(200);
  expect((await open()).status).toBe(429);
  leave.abort();
  await expect.poll(async () => (await open(AbortSignal.timeout(5_000))).status).toBe(200);
  close();
});

test("the first event is there at once, and the end ends the answer", async () => {
  const { open, close } = await server();
  const response = await open();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect(await reader?.read()).toEqual({ done: false, value: 'data: {"type":"resync"}\n\n' });
  close();
  expect(await reader?.read()).toMatchObject({ done: true });
});

test("a connection that never reads is let go when it closes", async () => {
  const { open, close, port } = await server();
  const headers = Object.entries(fromOwnPage).map(([name, value]) => `${name}: ${value}\r\n`);
  const sockets = Array.from({ length: 20 }, () => {
    const socket = connect(port, "127.0.0.1").pause();
    socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: x\r\n${headers.join("")}\r\n`);
    return socket;
  });
  await expect.poll(async () => (await open(AbortSignal.timeout(5_000))).status).toBe(429);
  for (const socket of sockets) socket.destroy();
  await expect.poll(async () => (await open(AbortSignal.timeout(5_000))).status).toBe(200);
  close();
});
