import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { type Load, load, requestBytes } from "./load.ts";
import { median, table } from "./table.ts";

/**
 * `make bench-keys`: what the key server does in a second, and beside it an OpenBao when `BAO_ADDR`
 * and `BAO_TOKEN` name one. Plain HTTP on loopback, 10 connections, 64-byte values.
 */
const runs = Number(process.env.BENCH_RUNS ?? 3);
const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const mostRuns = Number(process.env.BENCH_MOST_RUNS ?? 4 * runs);
const connections = 10;
const batch = 100;

type Target = {
  readonly name: string;
  readonly address: URL;
  readonly mount: string;
  /** May manage keys, policies and tokens. */
  readonly operator: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
};

async function startOurs(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "portafilter-bench-"));
  // As `make keyserver` starts it: types are stripped once, and young objects get less room.
  const command = ["--max-semi-space-size=4", "packages/cli/src/main.ts", "keyserver"];
  const env = {
    ...process.env,
    DATA_DIR: folder,
    KEYSERVER_PORT: "0",
    NODE_COMPILE_CACHE: "node_modules/.cache/keyserver",
  };
  // The first start after a change strips the types, which costs memory that no later start needs.
  spawnSync(process.execPath, [...command, "--help"], { env });
  const child = spawn(process.execPath, command, { env, stdio: ["ignore", "pipe", "inherit"] });
  const address = await addressFrom(child);
  return {
    name: "Portafilter",
    address,
    mount: "transit",
    operator: readFileSync(join(folder, "keyserver/operator.token"), "utf8").trim(),
    pid: child.pid,
    stop: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

function addressFrom(child: ChildProcess): Promise<URL> {
  return new Promise((resolve, reject) => {
    child.once("exit", () => {
      reject(new Error("the key server did not start"));
    });
    child.stdout?.setEncoding("utf8").once("data", (line: string) => {
      resolve(new URL(/http:\S+/.exec(line)?.[0] ?? ""));
    });
  });
}

async function connectOpenBao(): Promise<Target | null> {
  const { BAO_ADDR: address, BAO_TOKEN: operator } = process.env;
  if (!address || !operator) return null;
  const mount = `bench-${randomBytes(4).toString("hex")}`;
  const target: Target = {
    name: "OpenBao",
    address: new URL(address),
    mount,
    operator,
    pid: process.env.BAO_PID === undefined ? undefined : Number(process.env.BAO_PID),
    stop: async () => {
      await call(target, "DELETE", `sys/mounts/${mount}`);
    },
  };
  await call(target, "POST", `sys/mounts/${mount}`, { type: "transit" });
  return target;
}

async function call(
  { address, operator }: Target,
  method: string,
  path: string,
  body?: object,
  token = operator,
): Promise<Record<string, Record<string, string>>> {
  const response = await fetch(new URL(`/v1/${path}`, address), {
    method,
    headers: { "X-Vault-Token": token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text === "" ? {} : (JSON.parse(text) as Record<string, Record<string, string>>);
}

/** A token that may do what an app may, and no more. */
async function limitedToken(target: Target): Promise<string> {
  const policy = ["plain", "derived"]
    .flatMap((key) =>
      ["encrypt", "decrypt", "datakey/plaintext"].map(
        (what) => `path "${target.mount}/${what}/${key}" { capabilities = ["update"] }\n`,
      ),
    )
    .join("");
  await call(target, "PUT", "sys/policies/acl/bench", { policy });
  const made = await call(target, "POST", "auth/token/create", { policies: ["bench"], ttl: "1h" });
  return made.auth?.client_token ?? "";
}

type Job = {
  readonly name: string;
  readonly path: string;
  readonly body: object;
  readonly items: number;
};

async function jobsFor(target: Target, token: string): Promise<readonly Job[]> {
  const { mount } = target;
  await call(target, "POST", `${mount}/keys/plain`, {});
  await call(target, "POST", `${mount}/keys/derived`, { derived: true });
  const plaintext = randomBytes(64).toString("base64");
  const context = Buffer.from("user-1").toString("base64");
  const sealed = await call(target, "POST", `${mount}/encrypt/plain`, { plaintext }, token);
  const bound = await call(
    target,
    "POST",
    `${mount}/encrypt/derived`,
    { plaintext, context },
    token,
  );
  const ciphertext = sealed.data?.ciphertext;
  const many = <T>(item: T) => ({ batch_input: Array.from({ length: batch }, () => item) });
  const job = (name: string, path: string, body: object, items = 1) => ({
    name,
    path,
    body,
    items,
  });
  return [
    job("encrypt", "encrypt/plain", { plaintext }),
    job("decrypt", "decrypt/plain", { ciphertext }),
    job("encrypt, batches of 100, items", "encrypt/plain", many({ plaintext }), batch),
    job("decrypt, batches of 100, items", "decrypt/plain", many({ ciphertext }), batch),
    job("data key, by user", "datakey/plaintext/derived", { context }),
    job("unwrap, by user", "decrypt/derived", { ciphertext: bound.data?.ciphertext, context }),
  ];
}

/** Resident memory of a process, in MB, as Linux tells it. */
function memoryOf(pid: number | undefined): string {
  if (pid === undefined) return "–";
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [now, most] = ["VmRSS", "VmHWM"].map((name) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024),
  );
  return `${now} MB now, ${most} MB at most`;
}

type Busy = { readonly server: number; readonly own: number; readonly machine: number };

/** Seconds of processor time so far: the server's, this process's and everybody's, as Linux counts them. */
function busy(pid: number | undefined): Busy {
  const used = (path: string, from: number) => {
    const fields = readFileSync(path, "utf8").split(") ").at(-1)?.split(/\s+/) ?? [];
    return (Number(fields[from]) + Number(fields[from + 1])) / 100;
  };
  // user, nice, system; idle and waiting do not count.
  const machine = readFileSync("/proc/stat", "utf8").split(/\s+/).slice(1, 4);
  return {
    server: pid === undefined ? Number.NaN : used(`/proc/${pid}/stat`, 11),
    own: used("/proc/self/stat", 11),
    machine: machine.reduce((sum, ticks) => sum + Number(ticks), 0) / 100,
  };
}

/** A run, what the server spent on it, and how many processors other programs used meanwhile. */
type Run = Load & { readonly spent: number; readonly others: number };

async function run(target: Target, request: Buffer): Promise<Run> {
  const before = busy(target.pid);
  const result = await load(target.address, () => request, connections, seconds);
  const after = busy(target.pid);
  const spent = after.server - before.server;
  const known = (Number.isNaN(spent) ? 0 : spent) + after.own - before.own;
  return { ...result, spent, others: (after.machine - before.machine - known) / seconds };
}

/** Runs until there are enough in which other programs kept still, or takes the stillest there were. */
async function quietRuns(target: Target, request: Buffer): Promise<readonly Run[]> {
  const all: Run[] = [];
  const quiet = () => all.filter(({ others }) => others < 0.15);
  while (quiet().length < runs && all.length < mostRuns) all.push(await run(target, request));
  return all.sort((x, y) => x.others - y.others).slice(0, runs);
}

async function measure(target: Target): Promise<readonly string[][]> {
  const token = await limitedToken(target);
  const rows: string[][] = [];
  for (const { name, path, body, items } of await jobsFor(target, token)) {
    const url = `/v1/${target.mount}/${path}`;
    const request = requestBytes(target.address.host, url, { "X-Vault-Token": token }, body);
    await load(target.address, () => request, connections, 1);
    const results = await quietRuns(target, request);
    const of = (field: keyof Run) => results.map((result) => result[field]);
    if (of("failed").some((count) => count > 0)) throw new Error(`${name}: answers other than 200`);
    const rates = of("perSecond").map((rate) => rate * items);
    const between = [Math.min(...rates), Math.max(...rates)]
      .map((rate) => rate.toFixed(0))
      .join("–");
    rows.push([
      target.name,
      name,
      median(rates).toFixed(0),
      between,
      median(of("p50")).toFixed(2),
      median(of("p99")).toFixed(2),
      median(results.map(({ spent, count }) => (spent * 1e6) / (count * items))).toFixed(1),
      Math.max(0, ...of("others")).toFixed(2),
    ]);
  }
  return rows;
}

const load1 = () => loadavg()[0]?.toFixed(2) ?? "?";
console.log(`Load of the machine before: ${load1()}. Client and server share its processors.\n`);
const targets = [await startOurs(), await connectOpenBao()].filter((one) => one !== null);
const rows: string[][] = [];
const memory: string[] = [];
for (const target of targets) {
  rows.push(...(await measure(target)));
  memory.push(`${target.name}: ${memoryOf(target.pid)}`);
  await target.stop();
}
console.log(
  table(
    [
      "server",
      "what",
      "a second, median",
      `of ${runs} runs`,
      "p50 ms",
      "p99 ms",
      "processor µs each",
      "others, processors",
    ],
    rows,
  ),
);
console.log(`\nResident memory: ${memory.join("; ")}.`);
