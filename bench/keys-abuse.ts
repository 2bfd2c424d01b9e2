import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { table } from "./table.ts";

/**
 * `node bench/keys-abuse.ts`: what large bodies and many connections cost the key server. Memory is that of
 * its process; how long its event loop stood still is measured within it.
 */
const folder = mkdtempSync(join(tmpdir(), "portafilter-abuse-"));
const size = 31 * 1024 * 1024;
const chunk = Buffer.alloc(1024 * 1024, "[");

/** Says on each SIGUSR2 how many milliseconds the event loop stood still at most since the one before. */
const watch = `import { monitorEventLoopDelay } from "node:perf_hooks";
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on("SIGUSR2", () => { console.log("stood still", delay.max / 1e6); delay.reset(); });`;

type Server = {
  readonly child: ChildProcess;
  readonly address: URL;
  readonly next: () => Promise<string>;
};

async function start(env: Record<string, string> = {}): Promise<Server> {
  const command = [
    "--max-semi-space-size=4",
    `--import=data:text/javascript,${encodeURIComponent(watch)}`,
    "packages/keyserver/src/testing/serve.ts",
  ];
  const child = spawn(process.execPath, command, {
    env: { ...process.env, DATA_DIR: folder, KEYSERVER_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  return { child, address: new URL(await next()), next };
}

async function stop({ child }: Server): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

async function stoodStill({ child, next }: Server): Promise<number> {
  child.kill("SIGUSR2");
  return Number((await next()).split(" ").at(-1));
}

/** Resident memory in MB, now and at most. */
function memory({ child }: Server): readonly [number, number] {
  const status = readFileSync(`/proc/${String(child.pid)}/status`, "utf8");
  const of = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return [of("VmRSS"), of("VmHWM")];
}

const head = (line: string, length: number, token = "") =>
  `${line} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: ${token}\r\nContent-Length: ${length}\r\n\r\n`;

/** Sends a body as far as the server takes it, all but its last byte. */
async function flood(server: Server, line: string, token?: string): Promise<Socket> {
  const socket = connect(Number(server.address.port), server.address.hostname);
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.resume();
  socket.write(head(line, size, token));
  for (let sent = 0; sent < size - chunk.length && socket.writable; sent += chunk.length) {
    if (!socket.write(chunk)) {
      await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
    }
  }
  return socket;
}

/** Sends whole requests at once, one on each connection; gives back the statuses. */
async function sendAll(server: Server, requests: readonly Buffer[]): Promise<string> {
  const answers = requests.map(
    (bytes) =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(server.address.port), server.address.hostname);
        let status = "closed";
        socket.on("error", () => undefined);
        socket.on("data", (data) => {
          status = /^HTTP\/1\.1 (\d+)/.exec(data.toString("latin1"))?.[1] ?? status;
          socket.destroy();
        });
        socket.once("close", () => {
          resolve(status);
        });
        socket.write(bytes);
      }),
  );
  return [...new Set(await Promise.all(answers))].join(", ");
}

const request = (path: string, token: string, body: string) =>
  Buffer.concat([
    Buffer.from(head(`POST /v1/transit/${path}`, body.length, token)),
    Buffer.from(body),
  ]);
const repeated = (begin: string, part: string, end: string, length: number) =>
  begin + part.repeat(Math.floor((length - begin.length - end.length) / part.length)) + end;
const keys = (count: number) =>
  `{${Array.from({ length: count }, (_, at) => `"key-number-${at}":1`).join(",")}}`;
const items = (count: number) =>
  `{"batch_input":[${Array.from({ length: count }, () => '{"plaintext":""}').join(",")}]}`;

const rows: string[][] = [];
async function measure(name: string, server: Server, work: () => Promise<string>): Promise<void> {
  await stoodStill(server);
  const [before] = memory(server);
  const status = await work();
  const still = await stoodStill(server);
  await wait(5_000);
  const [after, most] = memory(server);
  rows.push([name, status, `${before}`, `${most}`, `${after}`, still.toFixed(0)]);
}

async function floods(server: Server): Promise<string> {
  const line = "GET /v1/sys/health";
  const sockets = await Promise.all(Array.from({ length: 60 }, () => flood(server, line)));
  for (const socket of sockets) socket.end("[");
  await wait(1_000);
  for (const socket of sockets) socket.destroy();
  return "–";
}

let server = await start();
const token = readFileSync(join(folder, "keyserver/app.token"), "utf8").trim();
await measure("60 × 31 MiB to health, no token", server, () => floods(server));
await stop(server);
server = await start({ ROOT_KEY_FILE: join(folder, "nowhere") });
await measure("60 × 31 MiB to health, no token, sealed", server, () => floods(server));
await stop(server);
const withToken: readonly (readonly [string, number, string])[] = [
  ["31 MiB of nested lists", 1, `{"x":${repeated("", "[", "", size)}`],
  ["1.5 million keys", 1, keys(1_500_000)],
  ["4 at once × 1 MiB of nested lists", 4, `{"x":${repeated("", "[", "", 1024 * 1000)}`],
  ["4 at once × 8,000 keys", 4, keys(8_000)],
  ["4 at once × 4,000 items of a batch", 4, items(4_000)],
];
for (const [name, count, body] of withToken) {
  server = await start();
  const context = '{"plaintext":"","context":"YQ=="}';
  await sendAll(server, [request("encrypt/portafilter", token, context)]);
  const all = Array.from({ length: count }, () => request("encrypt/portafilter", token, body));
  await measure(`${name}, app's token`, server, () => sendAll(server, all));
  await stop(server);
}
rmSync(folder, { recursive: true });
console.log(
  table(["attack", "answer", "MB before", "MB at most", "MB after", "stood still, ms"], rows),
);
