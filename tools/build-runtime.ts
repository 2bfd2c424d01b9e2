import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { type ZipEntry, zip } from "./zip.ts";

/**
 * Packs `python/src` into a wheel in `packages/runner/dist`. The same sources give the same bytes: no
 * times, sorted names, nothing compressed.
 */
const source = "python/src";
const target = "packages/runner/dist";

const version = /^version = "(.+)"$/m.exec(readFileSync("python/pyproject.toml", "utf8"))?.[1];
if (version === undefined) throw new Error("python/pyproject.toml has no version.");
const distribution = `portafilter_runtime-${version}`;
const file = `${distribution}-py3-none-any.whl`;

const entries = modules();
entries.push(
  text("METADATA", `Metadata-Version: 2.1\nName: portafilter-runtime\nVersion: ${version}\n`),
  text(
    "WHEEL",
    "Wheel-Version: 1.0\nGenerator: portafilter\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  ),
);
const record = entries.map(({ name, content }) => {
  const hash = createHash("sha256").update(content).digest("base64url");
  return `${name},sha256=${hash},${content.length}\n`;
});
entries.push(text("RECORD", `${record.join("")}${distribution}.dist-info/RECORD,,\n`));

mkdirSync(target, { recursive: true });
for (const old of readdirSync(target)) {
  if (old.startsWith("portafilter_runtime-")) rmSync(join(target, old));
}
writeFileSync(join(target, file), zip(entries));
console.log(join(target, file));

function modules(): ZipEntry[] {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.py$|^py\.typed$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ name: posix.relative(source, path), content: readFileSync(path) }));
}

function text(name: string, content: string): ZipEntry {
  return { name: `${distribution}.dist-info/${name}`, content: new TextEncoder().encode(content) };
}
