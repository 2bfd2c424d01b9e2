import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { text } from "node:stream/consumers";
import { fetchWheels } from "../harness/wheels.ts";

const types: Record<string, string> = {
  js: "text/javascript",
  mjs: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
};

export type Site = {
  readonly address: string;
  /** Addresses of the wheels on this site, the runtime's last. */
  readonly wheels: readonly string[];
  readonly close: () => void;
};

/**
 * A small site of its own, on which Python runs in a worker without the rest of the platform: Pyodide,
 * the runtime package built from its sources, its tests, and wheels of the server's mirror.
 */
export async function openSite(mirror: string, packages: readonly string[]): Promise<Site> {
  const runtime = buildRuntime();
  const files = new Map<string, Uint8Array | string>([
    ["/", "<!doctype html><title>Python</title><link rel=icon href=data:,>"],
    ["/worker.js", readFileSync(new URL("worker.js", import.meta.url))],
    ["/tests.json", JSON.stringify(testFiles())],
    [`/wheels/${basename(runtime)}`, readFileSync(runtime)],
  ]);
  for (const { file, content } of await fetchWheels(mirror, packages)) {
    files.set(`/wheels/${file}`, content);
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://site");
    if (url.pathname === "/sleep") {
      setTimeout(() => response.end(), Number(url.search.slice(1)));
      return;
    }
    if (url.pathname === "/echo") {
      const { method, headers } = request;
      void text(request).then((body) => response.end(JSON.stringify({ method, headers, body })));
      return;
    }
    const content = files.get(url.pathname) ?? coreFile(url.pathname);
    const type = types[url.pathname.split(".").pop() ?? ""] ?? "text/html";
    response.writeHead(content === undefined ? 404 : 200, { "content-type": type });
    response.end(content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const wheels = [...files.keys()].filter((path) => path.startsWith("/wheels/"));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wheels: [...wheels.slice(1), ...wheels.slice(0, 1)],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function buildRuntime(): string {
  const { status, stdout, stderr } = spawnSync("node", ["tools/build-runtime.ts"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The runtime package could not be built.\n${stderr}`);
  return stdout.trim();
}

function testFiles(): Record<string, string> {
  const names = readdirSync("python/tests").filter((name) => name.endsWith(".py"));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(`python/tests/${name}`, "utf8")]),
  );
}

function coreFile(path: string): Uint8Array | undefined {
  const name = /^\/pyodide\/([\w.-]+)$/.exec(path)?.[1];
  return name === undefined ? undefined : readFileSync(`node_modules/pyodide/${name}`);
}
