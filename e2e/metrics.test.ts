import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "./harness/process.ts";

/** `portafilter serve` without accounts, on every address of the machine; resolves when it is ready. */
async function serve(settings: Record<string, string>) {
  const port = await freePort();
  const child = spawn("node", ["packages/cli/src/main.ts", "serve"], {
    env: {
      ...process.env,
      HOST: "0.0.0.0",
      PORT: port,
      DATA_DIR: process.env.E2E_DATA_DIR ?? "test-results/data",
      ...settings,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await exited;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("Portafilter is ready")) return { port, pid: child.pid ?? 0 };
  }
  throw new Error("the server did not start");
}

/** Where a process listens, as the kernel has it: `0100007F:1F90 0A` is a listener on 127.0.0.1:8080. */
function listenersOf(pid: number): string[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // It was closed since the folder was read.
      return "";
    }
  });
  const found = ["tcp", "tcp6"].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === "0A" && isOneOf(sockets, inode))
      .map(([, local = ""]) => readable(local)),
  );
  return found.sort();
}

const isOneOf = (sockets: readonly string[], inode = "") => sockets.includes(`socket:[${inode}]`);

/** IPv4 addresses stand there in the order of a little-endian number. */
function readable(local: string): string {
  const [address = "", port = ""] = local.split(":");
  const bytes = (address.match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16));
  return `${bytes.join(".")}:${parseInt(port, 16)}`;
}

/** What the port that visitors reach says of what operators read. */
async function publicStatus(port: string): Promise<number | undefined> {
  const headers = { host: `pycafe.localhost:${port}` };
  const asked = request({ host: "127.0.0.1", port, path: "/metrics", headers }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

test("metrics are on the loopback address alone, also where the pages are on every address", async () => {
  const metricsPort = await freePort();
  const { port, pid } = await serve({ METRICS_PORT: metricsPort });
  expect(listenersOf(pid)).toEqual([`0.0.0.0:${port}`, `127.0.0.1:${metricsPort}`]);
  const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  expect(await metrics.text()).toContain("portafilter_requests_total");
  expect(await publicStatus(port)).toBe(404);
});

test("without METRICS_PORT nothing serves them", async () => {
  const { port, pid } = await serve({ METRICS_PORT: "" });
  expect(listenersOf(pid)).toEqual([`0.0.0.0:${port}`]);
  expect(await publicStatus(port)).toBe(404);
});
