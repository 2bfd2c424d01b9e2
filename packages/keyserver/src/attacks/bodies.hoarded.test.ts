import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bodySizes, jsonLimits } from "../http/limits.ts";
import { type Running, send, startForTest, temporaryFolder } from "../testing/harness.ts";
import { type ServerProcess, startProcess } from "../testing/process.ts";

const folder = temporaryFolder();
let running: Running;
beforeAll(async () => {
  running = await startForTest(folder.path);
});
afterAll(async () => {
  await running.server.close();
  folder.remove();
});

const head = (line: string, length: number, token = "", ...more: readonly string[]) =>
  [`${line} HTTP/1.1`, "Host: x", `X-Vault-Token: ${token}`, `Content-Length: ${length}`, ...more]
    .map((one) => `${one}\r\n`)
    .join("");
const encrypt = "POST /v1/transit/encrypt/portafilter";

const sockets: Socket[] = [];
const processes: ServerProcess[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(processes.splice(0).map((one) => one.kill()));
});

function open(address: string): Socket {
  const { port, hostname } = new URL(address);
  // The server may hang up while something is on its way.
  const socket = connect(Number(port), hostname).on("error", () => undefined);
  sockets.push(socket);
  return socket;
}

const happens = (socket: Socket, event: "data" | "drain" | "close") =>
  new Promise<unknown>((resolve) => socket.once(event, resolve));

/** The first status that comes; 0 when the connection ends without one. */
async function statusOn(socket: Socket): Promise<number> {
  const answer = await Promise.race([happens(socket, "data"), happens(socket, "close")]);
  return Buffer.isBuffer(answer) ? Number(answer.toString("latin1").split(" ")[1]) : 0;
}

/** Sends bytes as long as the server takes them, or until the connection ends. */
async function pour(socket: Socket, length: number): Promise<void> {
  const chunk = Buffer.alloc(1024 * 1024, "[");
  const closed = happens(socket, "close");
  for (let sent = 0; sent + chunk.length <= length && socket.writable; sent += chunk.length) {
    if (!socket.write(chunk)) await Promise.race([happens(socket, "drain"), closed]);
  }
}

/** Attack D10: bodies that cost the key server its memory, or everybody else their turn. */
describe("bodies that are too much", () => {
  it.each(["open", "sealed"])(
    "attack D10: 60 times 31 MiB to health, no token, server %s",
    async (state) => {
      const own = temporaryFolder();
      await (await startForTest(own.path)).server.close();
      const env = state === "sealed" ? { ROOT_KEY_FILE: `${own.path}/nowhere` } : {};
      const server = await startProcess(own.path, env);
      processes.push(server);
      const before = server.memory();
      const size = 31 * 1024 * 1024;
      const statuses = await Promise.all(
        Array.from({ length: 60 }, async () => {
          const socket = open(server.address);
          socket.write(`${head("GET /v1/sys/health", size)}\r\n`);
          const status = statusOn(socket);
          await pour(socket, size - 1);
          // What was sent is held back from being whole, so that a server that collects it has to keep it.
          const answered = await Promise.race([status, wait(500, 0)]);
          socket.destroy();
          return answered;
        }),
      );
      expect(server.memory().most - before.now).toBeLessThan(150);
      expect(new Set(statuses)).toEqual(new Set([413]));
      const health = await send(server.address, "GET", "/v1/sys/health");
      expect(health.status).toBe(state === "sealed" ? 503 : 200);
      await server.kill();
      own.remove();
    },
  );

  it("attack D10: bodies in pieces of a byte take no more memory than their bytes", async () => {
    const own = temporaryFolder();
    const { appToken, server: first } = await startForTest(own.path);
    await first.close();
    const server = await startProcess(own.path);
    processes.push(server);
    const before = server.memory();
    const pieces = "1\r\n \r\n".repeat(16 * 1024);
    const lines = ["Host: x", `X-Vault-Token: ${appToken}`, "Transfer-Encoding: chunked"];
    const statuses = Array.from({ length: 4 }, async () => {
      const socket = open(server.address);
      socket.write(`${encrypt} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      for (let sent = 0; sent < 16; sent += 1) {
        if (!socket.write(pieces)) await happens(socket, "drain");
      }
      socket.write("2\r\n{}\r\n0\r\n\r\n");
      return statusOn(socket);
    });
    expect(await Promise.all(statuses)).toEqual([400, 400, 400, 400]);
    expect(server.memory().most - before.now).toBeLessThan(150);
    await server.kill();
    own.remove();
  });

  it.each([
    ["GET /v1/sys/health", 413],
    ["GET /v1/sys/seal-status", 413],
    ["GET /v1/transit/keys?list=true", 403],
    ["POST /v1/sys/unseal", 403],
    [encrypt, 403],
    ["POST /v1/nowhere", 403],
  ])("attack D10: of a body to %s nothing is read without a token", async (line, expected) => {
    const socket = open(running.server.address);
    socket.write(`${head(line, 100, "wrong", "Expect: 100-continue")}\r\n`);
    expect(await statusOn(socket)).toBe(expected);
  });

  it("whoever may send one is told to go on", async () => {
    const socket = open(running.server.address);
    socket.write(`${head(encrypt, 2, running.appToken, "Expect: 100-continue")}\r\n`);
    expect(await statusOn(socket)).toBe(100);
    socket.write("{}");
    expect(await statusOn(socket)).toBe(400);
  });

  it.each([
    ["operator", "GET /v1/transit/keys?list=true", 1],
    ["operator", "POST /v1/transit/keys/portafilter/rotate", bodySizes.small + 1],
    ["app", encrypt, bodySizes.batch + 1],
  ])("the %s's token allows %s no more than it needs", async (who, line, length) => {
    const socket = open(running.server.address);
    const token = who === "app" ? running.appToken : running.operatorToken;
    socket.write(`${head(line, length, token)}\r\n`);
    expect(await statusOn(socket)).toBe(413);
  });

  it("attack D10: a root key that is longer than 4 KiB is not read", async () => {
    const { socketFile: socketPath } = running.config;
    const body = { key: "A".repeat(bodySizes.small) };
    expect((await send({ socketPath }, "POST", "/v1/sys/unseal", { body })).status).toBe(413);
  });

  it.each([
    ["lists in lists", `{"x":${"[".repeat(500_000)}`, "nested too deeply"],
    ["objects in objects", '{"x":'.repeat(150_000), "nested too deeply"],
    ["a level too many", "[".repeat(jsonLimits.depth + 1), "nested too deeply"],
    ["60,000 keys", `{"k":1${',"k":1'.repeat(60_000)}}`, "too many keys and elements"],
    ["500,000 elements", `{"x":[0${",0".repeat(500_000)}]}`, "too many keys and elements"],
    ["100,000 lists", `{"x":[[]${",[]".repeat(100_000)}]}`, "too many keys and elements"],
  ])("attack D10: %s are refused before they are parsed", async (_name, raw, text) => {
    const sent = { token: running.appToken, raw };
    const received = await running.request("POST", "/v1/transit/encrypt/portafilter", sent);
    expect(received.json).toEqual({ errors: [`failed to decode JSON input: ${text}`] });
  });

  it("attack D10: 1.5 million keys are refused before they are sent", async () => {
    const socket = open(running.server.address);
    socket.write(`${head(encrypt, 22_000_000, running.appToken)}\r\n{"key-number-0":1,`);
    expect(await statusOn(socket)).toBe(413);
  });

  it("brackets and commas in texts are no levels and no elements", async () => {
    const plaintext = `\\"${"[{,".repeat(50_000)}\\\\`;
    const sent = { token: running.appToken, raw: `{"plaintext":"${plaintext}","context":"YQ=="}` };
    const received = await running.request("POST", "/v1/transit/encrypt/portafilter", sent);
    expect(received.json).toEqual({ errors: ["illegal base64 data at input byte 0"] });
  });

  it("attack D10: one token's bodies in flight keep nobody from short ones, nor others from theirs", async () => {
    const { address } = running.server;
    const length = bodySizes.batch;
    const body = { plaintext: "aGk=", context: "YQ==" };
    const item = { plaintext: "aGkh".repeat(32), context: "YQ==" };
    const batch = { batch_input: Array.from({ length: 500 }, () => item) };
    const ask = (token: string, sent: object) =>
      send(address, "POST", "/v1/transit/encrypt/portafilter", { token, body: sent });
    const many = Array.from({ length: 40 }, () => open(address));
    let refused = 0;
    for (const socket of many) {
      socket.write(`${head(encrypt, length, running.appToken)}\r\n`);
      socket.write(Buffer.alloc(length - 1, " "));
      void statusOn(socket).then((status) => {
        if (status === 429) refused += 1;
      });
    }
    await expect.poll(() => refused).toBeGreaterThanOrEqual(32);
    expect((await ask(running.appToken, body)).status).toBe(200);
    const another = await running.tokenWith(
      'path "transit/encrypt/portafilter" { capabilities = ["update"] }',
    );
    expect((await ask(another, batch)).status).toBe(200);
    for (const socket of many) socket.destroy();
    await expect.poll(async () => (await ask(running.appToken, batch)).status).toBe(200);
  });
});
