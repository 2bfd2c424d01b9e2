import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SocketEvent, SocketRequest } from "../wire.ts";
import { createPageSocket } from "./socket.ts";

let other: Promise<{ request: SocketRequest; port: MessagePort; seen: SocketEvent[] }>;
let page: EventTarget;
let ports: MessagePort[];

beforeEach(() => {
  ports = [];
  page = new EventTarget();
  const opened = Promise.withResolvers<Awaited<typeof other>>();
  other = opened.promise;
  const active = {
    postMessage: (request: SocketRequest, [port]: [MessagePort]) => {
      const seen: SocketEvent[] = [];
      ports.push(port);
      port.onmessage = ({ data }: MessageEvent<SocketEvent>) => seen.push(data);
      opened.resolve({ request, port, seen });
    },
  };
  vi.stubGlobal("navigator", { serviceWorker: { ready: Promise.resolve({ active }) } });
  vi.stubGlobal("location", new URL("http://app1.pycafe.localhost:8080/page"));
  for (const name of ["addEventListener", "removeEventListener"] as const)
    vi.stubGlobal(name, page[name].bind(page));
});
afterEach(() => {
  for (const port of ports) port.close();
  vi.unstubAllGlobals();
});

const Native = class {
  readonly address: string;
  constructor(address: string) {
    this.address = address;
  }
} as unknown as typeof WebSocket;

/** A socket that the app has accepted. */
async function open() {
  const Socket = createPageSocket("run 1", Native);
  const socket = new Socket("/stream?a=1", ["one", "two"]);
  const events: string[] = [];
  for (const type of ["open", "message", "close"])
    socket.addEventListener(type, (event) => {
      const { data, code } = event as Partial<MessageEvent<string> & CloseEvent>;
      events.push([type, data, code].filter((part) => part !== undefined).join(" "));
    });
  const far = await other;
  far.port.postMessage({ type: "accept", protocol: "one" } satisfies SocketEvent);
  await expect.poll(() => socket.readyState).toBe(1);
  return { socket, events, ...far };
}

test("a socket to the app's own host goes to the run's Python, others to the network", async () => {
  const { request, socket } = await open();
  expect(request).toMatchObject({ run: "run 1", path: "/stream", query: "a=1" });
  expect(request.protocols).toEqual(["one", "two"]);
  expect(socket.protocol).toBe("one");
  const Socket = createPageSocket("run 1", Native);
  expect(new Socket("wss://elsewhere.test/")).toBeInstanceOf(Native);
});

test("text goes both ways, and a close ends it once", async () => {
  const { socket, events, seen, port } = await open();
  socket.send("ping");
  port.postMessage({ type: "text", data: "pong" } satisfies SocketEvent);
  port.postMessage({ type: "close", code: 1000, reason: "" } satisfies SocketEvent);
  await expect.poll(() => events).toEqual(["open", "message pong", "close 1000"]);
  expect(seen).toEqual([{ type: "text", data: "ping" }]);
});

test("a page that goes tells the app, which would keep serving it otherwise", async () => {
  const { seen, events } = await open();
  page.dispatchEvent(new Event("pagehide"));
  await expect.poll(() => seen).toEqual([{ type: "close", code: 1001, reason: "" }]);
  page.dispatchEvent(new Event("pagehide"));
  expect(events).toEqual(["open", "close 1001"]);
  expect(seen).toHaveLength(1);
});
