import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditKey } from "../hash.ts";
import { type Anchor, AnchorError, readAnchor, writeAnchor } from "./anchor.ts";

const key = auditKey("a secret of 32 bytes for tests only");
const anchor: Anchor = {
  chains: new Map([
    ["ada", { seq: 3, mac: Buffer.alloc(32, 7) }],
    ["__proto__", { seq: 1, mac: Buffer.alloc(32, 8) }],
  ]),
  erased: new Set(["bob"]),
};
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portafilter-anchor-"));
  path = join(folder, "audit-anchor.json");
});
afterEach(() => rm(folder, { recursive: true }));

test("is read as it was written, by its owner alone", async () => {
  expect(await readAnchor(path, key)).toBeUndefined();
  await writeAnchor(path, key, anchor);
  expect(await readAnchor(path, key)).toEqual(anchor);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await writeAnchor(path, key, { chains: new Map(), erased: new Set() });
  expect(await readAnchor(path, key)).toEqual({ chains: new Map(), erased: new Set() });
  expect(await readdir(folder)).toEqual(["audit-anchor.json"]);
});

test.for([
  ["another number", (text: string) => text.replace(",3,", ",2,")],
  ["cut short", (text: string) => text.slice(0, -20)],
  ["empty", () => ""],
  ["something else", () => "{}"],
] as const)("that is %s is refused", async ([, change]) => {
  await writeAnchor(path, key, anchor);
  const text = await readFile(path, "utf8");
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(path, changed);
  await expect(readAnchor(path, key)).rejects.toThrow(AnchorError);
});

test("of another server's secret is refused", async () => {
  await writeAnchor(path, auditKey("another secret of 32 bytes for tests"), anchor);
  await expect(readAnchor(path, key)).rejects.toThrow(AnchorError);
});

test("in a folder that is not there is refused before anything is looked at", async () => {
  const nowhere = join(folder, "none", "anchor");
  await expect(readAnchor(nowhere, key)).rejects.toThrow(
    new AnchorError(`There is no folder for the anchor: ${nowhere}`),
  );
});

test("that the file system refuses is one line that names the file", async () => {
  await expect(readAnchor(folder, key)).rejects.toThrow(
    new AnchorError(`The anchor cannot be read (EISDIR): ${folder}`),
  );
  const nowhere = join(folder, "none", "anchor");
  await expect(writeAnchor(nowhere, key, anchor)).rejects.toThrow(
    new AnchorError(`The anchor cannot be written (ENOENT): ${nowhere}`),
  );
  await mkdir(path);
  await expect(writeAnchor(path, key, anchor)).rejects.toThrow(AnchorError);
});
