import { readFileSync } from "node:fs";
import * as z from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.+!-]*$/);

const source = z.discriminatedUnion("kind", [
  /** In the repository's own wheelhouse. */
  z.strictObject({ kind: z.literal("bundled") }),
  /** Pyodide's CDN, in the folder of a release. */
  z.strictObject({ kind: z.literal("pyodide"), release: z.string() }),
  /** The package index, by project and file name. */
  z.strictObject({ kind: z.literal("index") }),
  /** A file inside the container, which is itself a wheel on the package index. */
  z.strictObject({
    kind: z.literal("member"),
    path: z.string(),
    /** Where its local header begins in the container. */
    offset: z.int().nonnegative(),
    packed: z.int().nonnegative(),
    method: z.enum(["stored", "deflate"]),
  }),
]);
export type Source = z.infer<typeof source>;

const lockedFile = z.strictObject({
  name: z.string(),
  version: z.string(),
  file: fileName,
  sha256,
  size: z.int().positive().optional(),
  imports: z.array(z.string()),
  depends: z.array(z.string()),
  /** Dependencies that the package does without until its first use of them. */
  lazy: z.array(z.string()).optional(),
  install_dir: z.string().optional(),
  package_type: z.string().optional(),
  sources: z.array(source).min(1),
});
export type LockedFile = z.infer<typeof lockedFile>;

const lock = z.strictObject({
  format: z.literal(1),
  pyodide: z.string(),
  info: z.looseObject({ abi_version: z.string() }),
  container: z.strictObject({ project: z.string(), file: fileName, sha256, size: z.int() }),
  files: z.array(lockedFile),
});
export type Lock = z.infer<typeof lock>;

/** The name of a project as PEP 503 compares it. */
export function normalizedName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/** The lock that belongs to this version of the server; `tools/lock/make.py` writes it. */
export function readLock(path: string | URL = new URL("./lock.json", import.meta.url)): Lock {
  return lock.parse(JSON.parse(readFileSync(path, "utf8")));
}

/**
 * The files of `names` and of everything they depend on, lazily needed ones only `withLazy`.
 * @throws when a name is not in the lock.
 */
export function closure(lock: Lock, names: readonly string[], withLazy = false): LockedFile[] {
  const byName = new Map(lock.files.map((file) => [normalizedName(file.name), file]));
  const found = new Map<string, LockedFile>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const file = byName.get(name);
    if (file === undefined) throw new Error(`${name} is not in the lock`);
    found.set(name, file);
    waiting.push(...file.depends, ...(withLazy ? (file.lazy ?? []) : []));
  }
  return [...found.values()];
}
