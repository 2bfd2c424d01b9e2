import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "./listen.ts";

const head = "Host: pycafe.localhost\r\n";
const get = `GET / HTTP/1.1\r\n${head}\r\n`;

/** A server that holds so many connections; what is under way at `/held` ends when it is told to. */
async function listening(limits: { mostConnections: number; mostOfAddress?: number }) {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const app = new Hono();
  let held = 0;
  // Bodies that are cut off are errors.
  app.onError((_, c) => c.text("", 400));
  app.get("/", (c) => c.text("fine"));
  app.post("/", async (c) => c.text(await c.req.text()));
  app.get("/held", async (c) => {
    held += 1;
    await promise;
    return c.text("held");
  });
  const open = await listen(app, 0, "127.0.0.1", limits);
  onTestFinished(open.close);
  /** A connection from an address of this machine. */
  const from = async (localAddress: string, text = "") => {
    const socket = connect({ port: open.port, host: "127.0.0.1", localAddress });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    const one = { socket, said: "", isOpen: () => !socket.closed, write: written(socket) };
    socket.setEncoding("latin1").on("data", (part: string) => (one.said += part));
    await once(socket, "connect");
    one.write(text);
    return one;
  };
  const fetchText = async () => {
    const one = await from("127.0.0.9", get.replace(head, `${head}Connection: close\r\n`));
    await once(one.socket, "close");
    return one.said;
  };
  return {
    from,
    fetchText,
    finish: () => {
      resolve(undefined);
    },
    held: () => held,
  };
}

const written = (socket: Socket) => (text: string) => {
  if (text !== "") socket.write(text);
};

const count = (those: readonly { isOpen: () => boolean }[]) =>
  those.filter((one) => one.isOpen()).length;

test("attack D11: more half-open connections than there is room for push out one another, nobody else", async () => {
  const { from, fetchText, finish, held } = await listening({ mostConnections: 50 });
  const visitor = await from("127.0.0.2", `GET /held HTTP/1.1\r\n${head}\r\n`);
  await expect.poll(held).toBe(1);
  const halfOpen: Awaited<ReturnType<typeof from>>[] = [];
  for (let n = 0; n < 300; n += 1) {
    const address = `127.0.1.${n % 200}`;
    halfOpen.push(await from(address, n % 3 === 0 ? "" : n % 3 === 1 ? "GET / HT" : get));
    if (n % 60 === 59) expect(await fetchText()).toMatch(/fine$/);
  }
  await expect.poll(() => count(halfOpen)).toBeLessThan(50);
  // Those that came last are there.
  expect(halfOpen.at(-1)?.isOpen()).toBe(true);
  finish();
  await expect.poll(() => visitor.said).toMatch(/held$/);
});

test("attack D11: uploads that do not go on make room, too; what is under way keeps its place", async () => {
  const { from, fetchText, finish, held } = await listening({ mostConnections: 20 });
  const whole: Awaited<ReturnType<typeof from>>[] = [];
  for (let n = 0; n < 10; n += 1)
    whole.push(await from("127.0.0.2", `GET /held HTTP/1.1\r\n${head}\r\n`));
  await expect.poll(held).toBe(10);
  const uploads: Awaited<ReturnType<typeof from>>[] = [];
  for (let n = 0; n < 40; n += 1)
    uploads.push(await from("127.0.0.3", `POST / HTTP/1.1\r\n${head}Content-Length: 9\r\n\r\nx`));
  expect(await fetchText()).toMatch(/fine$/);
  await expect.poll(() => count(uploads)).toBeLessThan(11);
  finish();
  for (const one of whole) await expect.poll(() => one.said).toMatch(/held$/);
});

test("attack D11: one address has a share, and uses up its own", async () => {
  const { from, fetchText, finish, held } = await listening({
    mostConnections: 100,
    mostOfAddress: 10,
  });
  const others = await from("127.0.0.2");
  const busy: Awaited<ReturnType<typeof from>>[] = [];
  for (let n = 0; n < 20; n += 1)
    busy.push(await from("127.0.0.3", `GET /held HTTP/1.1\r\n${head}\r\n`));
  await expect.poll(held).toBe(10);
  await expect.poll(() => count(busy)).toBe(10);
  expect(await fetchText()).toMatch(/fine$/);
  expect(others.isOpen()).toBe(true);
  finish();
  await expect.poll(() => busy.filter((one) => one.said.endsWith("held")).length).toBe(10);
  // With their answers they are at rest, and make room for what the address asks next.
  const next = await from("127.0.0.3", get);
  await expect.poll(() => next.said).toMatch(/fine$/);
});
