import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { crc32 } from "node:zlib";

/**
 * Packs `python/src` into a wheel in `packages/runner/dist`. The same sources give the same bytes: no
 * times, sorted names, nothing compressed.
 */
const source = "python/src";
const target = "packages/runner/dist";

type Entry = { name: string; content: Uint8Array };

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

function modules(): Entry[] {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.py$|^py\.typed$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ name: posix.relative(source, path), content: readFileSync(path) }));
}

function text(name: string, content: string): Entry {
  return { name: `${distribution}.dist-info/${name}`, content: new TextEncoder().encode(content) };
}

/** Writes a zip archive of stored entries, each dated to the format's first day. */
function zip(files: readonly Entry[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), common, path, Buffer.from(content));

    const central = Buffer.alloc(14);
    central.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    // Made by a Unix system, so that the permissions count.
    directory.push(Buffer.from("PK\x01\x02\x14\x03"), common, central, path);
    offset += 4 + common.length + path.length + content.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
