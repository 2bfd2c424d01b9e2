import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hono } from "hono";
import { createAppOrigin } from "./app-origin/app.ts";
import { createIndexRoute } from "./app-origin/index-route.ts";
import { createManifest, manifestElement } from "./app-origin/manifest.ts";
import { createMembers } from "./app-origin/members.ts";
import { readSnapshots } from "./app-origin/snapshots.ts";
import { readBuilt } from "./built.ts";
import type { Config } from "./config.ts";
import { ExplainedError } from "./error-description.ts";
import { createApp, type SiteApp } from "./http/app.ts";
import { createClientOf } from "./http/client-of.ts";
import { createCompressor } from "./http/compressor.ts";
import type { Readiness } from "./http/readiness.ts";
import { folderResources, type Resource, textResource, versionOf } from "./http/resources.ts";
import { createSender } from "./http/send.ts";
import { createSites } from "./http/sites.ts";
import type { Seen } from "./http/watch.ts";
import type { Log } from "./log.ts";
import { pyodideLock } from "./packages/pyodide-lock.ts";
import type { Packages } from "./packages/service.ts";
import { createPlatform } from "./platform/app.ts";
import { tooLongGuard } from "./too-long.ts";

/** Pyodide's core as browsers load it; the rest of its package is not served. */
const coreFiles = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];

export type ServerParts = Readonly<{
  config: Pick<
    Config,
    "dataDir" | "platformOrigin" | "platformHost" | "appsDomain" | "compress" | "trustedProxies"
  >;
  packages: Packages;
  /** The built runner, the built host page and Pyodide's core. */
  folders: Readonly<{ runner: string; web: string; pyodide: string }>;
  /** What answers under `/api/` just now. */
  api: () => SiteApp;
  readiness: Readiness;
  /** Told of every request. */
  count: (seen: Seen) => void;
  log: Log;
}>;

/**
 * Puts the HTTP application together. Reads what it serves once: a rebuilt runner or a new interpreter
 * image needs a restart.
 * @throws when something that `make build` makes is missing, or is not what it made.
 */
export async function createServer(parts: ServerParts): Promise<Hono> {
  const { sites, apps } = await createSiteApps(parts);
  return createApp(sites, apps, parts);
}

/** What answers behind the door, by the kind of site. @throws as `createServer` */
export async function createSiteApps(parts: ServerParts) {
  const { config, packages, folders, api, readiness, log } = parts;
  const { lock, mirror, index } = packages;
  const sites = createSites(config);
  const compressor = await createCompressor(join(config.dataDir, "compressed"), log);
  const send = createSender({ mode: config.compress, compressor });
  const clientOf = createClientOf(config.trustedProxies);
  const snapshotDir = join(config.dataDir, "snapshots");

  const runner = await readBuilt(folders.runner);
  const runnerVersion = versionOf(runner);
  const pyodide = await pyodideCore(folders.pyodide, pyodideLock(lock));
  const pyodideVersion = `${lock.pyodide}-${versionOf(pyodide)}`;
  const runtimeWheel = [...runner.keys()].find((name) =>
    /^portafilter_runtime-.*\.whl$/.test(name),
  );
  if (runtimeWheel === undefined) throw new ExplainedError("the Python runtime is not built");
  const manifest = createManifest({
    platformOrigin: config.platformOrigin,
    runnerVersion,
    pyodideVersion,
    runtimeWheel,
    lock,
    snapshots: await readSnapshots(snapshotDir),
  });
  const frame = (await readFile(join(folders.runner, "frame.html"), "utf8")).replace(
    "<!--manifest-->",
    () => manifestElement(manifest),
  );
  // The service worker may not believe an app where the platform is: its answers' policy names it.
  const script = await readFile(join(folders.runner, "sw.js"), "utf8");
  const serviceWorker = `self.platformOrigin=${JSON.stringify(config.platformOrigin)};\n${script}`;

  const pages = new Map(await readBuilt(folders.web));
  const page = await readFile(join(folders.web, "index.html"), "utf8");
  pages.set("index.html", textResource(hostPage(page, sites.appsHost), "text/html; charset=utf-8"));
  const platform = createPlatform({ sites, files: pages, send, api, readiness, log });
  const app = createAppOrigin({
    sites,
    frame: textResource(frame, "text/html; charset=utf-8"),
    serviceWorker: textResource(serviceWorker, "text/javascript; charset=utf-8"),
    runner,
    runnerVersion,
    pyodide,
    pyodideVersion,
    snapshotDir,
    mirror,
    members: createMembers((sha256) => mirror.whole(sha256)),
    indexPage: createIndexRoute(index, lock.info.abi_version, clientOf),
    clientOf,
    send,
    compress: config.compress,
    log,
  });
  return { sites, apps: { platform, app } };
}

/** The built host page, told where apps live, with the one script that is not in a file. */
function hostPage(html: string, appsHost: string): string {
  const empty = '<meta name="portafilter-apps" content="" />';
  if (!html.includes(empty))
    throw new ExplainedError("the host page has no place for the apps' domain");
  return html.replace(
    empty,
    () => `${empty.replace('""', `"${appsHost}"`)}${tooLongGuard.element}`,
  );
}

async function pyodideCore(folder: string, lock: string): Promise<ReadonlyMap<string, Resource>> {
  const all = await folderResources(folder);
  const core = coreFiles.map((name) => {
    const file = all.get(name);
    if (file === undefined) throw new ExplainedError(`Pyodide's ${name} is missing in ${folder}`);
    return [name, file] as const;
  });
  return new Map([...core, ["pyodide-lock.json", textResource(lock, "application/json")]]);
}
