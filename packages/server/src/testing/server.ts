import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hono } from "hono";
import { listBuilt } from "../built.ts";
import { createRefusingApi } from "../http/api.ts";
import { createApp } from "../http/app.ts";
import { createSiteApps, type ServerParts } from "../server.ts";
import { type TestPackages, temporaryFolder, testPackages } from "./packages.ts";

export const platform = "http://pycafe.localhost:8080";
export const appOrigin = "http://app1.pycafe.localhost:8080";

const runner = {
  "frame.html": "<!doctype html><html><head><!--manifest--></head></html>",
  "frame.js": "frame",
  "worker.js": "worker",
  "sw.js": "self.addEventListener('fetch', () => {});",
  "portafilter_runtime-0.1.0-py3-none-any.whl": "wheel",
};
const web = {
  "index.html":
    '<!doctype html><meta name="portafilter-apps" content="" /><title>host page</title>',
  "icon.svg": "<svg/>",
  "assets/index-abc123.js": `console.log("${"host page ".repeat(500)}")`,
};
const pyodide = {
  "pyodide.mjs": "export {}",
  "pyodide.asm.mjs": "export {}",
  "pyodide.asm.wasm": "\0asm".repeat(1000),
  "python_stdlib.zip": "PK",
};

export type TestServer = TestPackages &
  Readonly<{
    app: Hono;
    /** What answers behind the door, by the kind of site. */
    apps: Awaited<ReturnType<typeof createSiteApps>>["apps"];
    /** Asks in process, with the Host header that the address names. */
    ask: (url: string, init?: RequestInit) => Promise<Response>;
  }>;

/** The whole server, in process, on small stand-ins for what `make build` makes. */
export async function testServer(
  settings: {
    compress?: "auto" | "always" | "never";
    snapshots?: Record<string, string>;
    parts?: Partial<Pick<ServerParts, "api" | "readiness" | "count" | "log">>;
    packages?: Parameters<typeof testPackages>[0];
  } = {},
): Promise<TestServer> {
  const packages = await testPackages(settings.packages);
  const root = await temporaryFolder();
  const folders = {
    runner: await folder(join(root, "runner"), runner),
    web: await folder(join(root, "web"), web),
    pyodide: await folder(join(root, "pyodide"), pyodide),
  };
  await Promise.all([folders.runner, folders.web].map(listBuilt));
  await folder(join(packages.dataDir, "snapshots"), settings.snapshots ?? {});
  const { dataDir, log } = packages;
  const config = {
    dataDir,
    platformOrigin: platform,
    platformHost: "pycafe.localhost",
    appsDomain: "pycafe.localhost",
    compress: settings.compress ?? "never",
    // So that tests can come from any address.
    trustedProxies: 1,
  } as const;
  // The manifest names Streamlit's files, so the lock must know Streamlit.
  const streamlit = packages.lock.files.map((file) =>
    file.name === "both" ? { ...file, name: "streamlit" } : file,
  );
  const named = { ...packages, lock: { ...packages.lock, files: streamlit } };
  const parts = {
    config,
    packages: named,
    folders,
    api: () => createRefusingApi("not_found", log),
    readiness: () => Promise.resolve({}),
    count: () => undefined,
    log,
    ...settings.parts,
  };
  const { sites, apps } = await createSiteApps(parts);
  const app = createApp(sites, apps, parts);
  const ask = async (url: string, init: RequestInit = {}) =>
    app.request(url, {
      ...init,
      headers: { host: new URL(url).host, ...(init.headers as Record<string, string> | undefined) },
    });
  return { ...packages, app, apps, ask };
}

async function folder(path: string, files: Record<string, string>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path, name, ".."), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}
