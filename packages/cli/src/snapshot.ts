import { spawn } from "node:child_process";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { paths } from "@portafilter/protocol";
import {
  closure,
  fetchFiles,
  folderResources,
  isWhole,
  type Packages,
  places,
  readSnapshots,
  type Snapshots,
  versionOf,
} from "@portafilter/server";
import { Fatal } from "./fatal.ts";

const maker = fileURLToPath(new URL("../../runner/src/snapshot/make.ts", import.meta.url));
const makerFolder = fileURLToPath(new URL("../../runner/src/snapshot", import.meta.url));

/** The images that the runner asks for, by their name in the manifest. */
const images = {
  streamlit: { framework: "streamlit" },
} as const;

type Wheel = Readonly<{ name: string; version: string; path: string }>;
type Made = Omit<Snapshots[string], "key">;

/**
 * Makes the interpreter images unless those of exactly these wheels are there and whole. `onMake` is
 * called before the work begins, which takes about ten seconds for each; `stop` ends it.
 * @throws when a wheel cannot be had, or with what the maker said when it fails.
 */
export async function ensureSnapshot(
  packages: Packages,
  dataDir: string,
  onMake: () => void,
  stop: AbortSignal,
): Promise<void> {
  const out = join(dataDir, "snapshots");
  await mkdir(out, { recursive: true });
  const known = await readSnapshots(out);
  const wheels = await wheelsOf("streamlit", packages);
  const fingerprint = await fingerprintOf(packages.lock.pyodide, wheels);
  const wanted = [];
  for (const [name, image] of Object.entries(images)) {
    const there = known[name];
    if (there?.key === fingerprint && (await isWhole(out, there))) continue;
    wanted.push([name, image] as const);
  }
  if (wanted.length === 0) return;

  onMake();
  const made = await Promise.all(
    wanted.map(async ([name, image]) => {
      const order = { ...image, pyodide: places.pyodide, wheels, out, base: paths.snapshots };
      return [name, { key: fingerprint, ...(await make(order, stop)) }] as const;
    }),
  );
  const current: Snapshots = { ...known, ...Object.fromEntries(made) };
  const temporary = join(out, `current.json.${process.pid}.new`);
  await writeFile(temporary, JSON.stringify(current));
  await rename(temporary, join(out, "current.json"));
  await removeOthers(out, current);
}

/** Our runtime and the framework with what it needs at import; all of them pure. */
async function wheelsOf(framework: string, { lock, mirror }: Packages): Promise<Wheel[]> {
  const fetched = await fetchFiles(mirror, closure(lock, [framework]));
  const wheels = fetched.map((result) => {
    if ("error" in result) throw result.error;
    return { name: result.file.name, version: result.file.version, path: result.path };
  });
  return [await runtimeWheel(), ...wheels].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function runtimeWheel(): Promise<Wheel> {
  const file = (await readdir(places.runner)).find((name) =>
    /^portafilter_runtime-.*\.whl$/.test(name),
  );
  if (file === undefined) throw new Fatal("the Python runtime is not built: run make build");
  const [, version = ""] = file.split("-");
  return { name: "portafilter-runtime", version, path: join(places.runner, file) };
}

/** Changes with every byte that ends up in an image, and with the code that makes it. */
async function fingerprintOf(pyodide: string, wheels: readonly Wheel[]): Promise<string> {
  const runner = await folderResources(places.runner);
  const runtime = [...runner].filter(([name]) => name.endsWith(".whl"));
  // Wheels of the mirror are named by their sha256.
  const named = wheels.map(({ path }) => path.split("/").at(-1) ?? "");
  return [
    pyodide,
    versionOf(await folderResources(makerFolder)),
    versionOf(new Map(runtime)),
    ...named,
  ].join(" ");
}

async function make(order: object, stop: AbortSignal): Promise<Made> {
  const child = spawn(process.execPath, [maker], {
    stdio: ["pipe", "pipe", "pipe"],
    signal: stop,
  });
  child.stdin.end(JSON.stringify(order));
  const status = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [code, output, errors] = await Promise.all([
    status,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) throw new Fatal(`the interpreter image could not be made: ${errors.trim()}`);
  const { image, tree, pack, bytes } = JSON.parse(output.trim().split("\n").at(-1) ?? "") as Made;
  return { image, tree, pack, bytes };
}

/** Another process on the same folder may be about to use what it has just made. */
const mayBeInUse = 60 * 60 * 1_000;

async function removeOthers(out: string, current: Snapshots): Promise<void> {
  const kept = new Set(
    Object.values(current).flatMap(({ image, tree, pack }) => [image, tree, pack]),
  );
  for (const name of await readdir(out)) {
    if (!/\.(bin|json|pack)$/.test(name) || name === "current.json" || kept.has(name)) continue;
    const path = join(out, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > mayBeInUse) await rm(path, { force: true });
  }
}
