import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "./listen.ts";

const timeouts = { headersTimeout: 1_500, requestTimeout: 3_000, connectionsCheckingInterval: 100 };
const head = "POST / HTTP/1.1\r\nHost: pycafe.localhost\r\n";

async function listening() {
  const app = new Hono();
  app.onError((_, c) => c.text("", 400));
  const done: string[] = [];
  app.post("/", async (c) => {
    done.push(await c.req.text());
    return c.text("done");
  });
  app.get("/", (c) => c.text("fine"));
  app.get("/stream", (c) => {
    const events = async function* () {
      for (let n = 0; n < 4; n += 1) {
        yield new TextEncoder().encode(`${n}\n`);
        await sleep(timeouts.requestTimeout / 2);
      }
    };
    return c.body(ReadableStream.from(events()));
  });
  const open = await listen(app, 0, "127.0.0.1", timeouts);
  onTestFinished(open.close);
  /** Sends `start`, then a byte now and then for as long as the server takes them. */
  const dribble = async (start: string) => {
    const socket = connect(open.port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1").on("data", (part: string) => (answer += part));
    socket.on("error", () => undefined);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(start);
    const timer = setInterval(() => socket.writable && socket.write("a"), 50);
    await closed;
    clearInterval(timer);
    return answer;
  };
  return { dribble, done, address: `http://127.0.0.1:${open.port}`, port: open.port };
}

test("D11: 200 clients that send a byte at a time are cut off, and others are served meanwhile", async () => {
  const { dribble, address } = await listening();
  const slow = Array.from({ length: 200 }, (_, n) =>
    dribble(n % 2 === 0 ? `${head}X-Slow: ` : `${head}Content-Length: 1000000\r\n\r\n`),
  );
  for (let n = 0; n < 5; n += 1) {
    expect(await (await fetch(address)).text()).toBe("fine");
  }
  for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^(HTTP\/1\.1 408|$)/);
});

test("D11: what was refused for being late is not done when the rest of it comes", async () => {
  const { port, done } = await listening();
  const socket = connect(port, "127.0.0.1");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.write(`${head}Content-Le`);
  const answer = await new Promise<string>((resolve) => {
    socket.setEncoding("latin1").once("data", (part: string) => {
      socket.write("ngth: 2\r\n\r\nhi");
      resolve(part);
    });
  });
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  await closed;
  expect(done).toEqual([]);
});

test("a stream that takes longer than any request is not", async () => {
  const { port } = await listening();
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /stream HTTP/1.1\r\nHost: pycafe.localhost\r\nConnection: close\r\n\r\n");
  let answer = "";
  socket.setEncoding("latin1").on("data", (part: string) => (answer += part));
  await once(socket, "close");
  expect(answer).toMatch(/0\n[^]*1\n[^]*2\n[^]*3\n/);
});
