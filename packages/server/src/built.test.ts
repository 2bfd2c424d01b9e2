import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { listBuilt, readBuilt } from "./built.ts";
import { temporaryFolder } from "./testing/packages.ts";

let dir: string;
const at = (name: string) => join(dir, name);

beforeEach(async () => {
  dir = await temporaryFolder();
  await mkdir(at("assets"));
  await writeFile(at("index.html"), "<!doctype html>");
  await writeFile(at("assets/index.js"), "import './more.js'");
  await listBuilt(dir);
});

test("what was built is served, and the list of it is not", async () => {
  expect([...(await readBuilt(dir)).keys()].toSorted()).toEqual(["assets/index.js", "index.html"]);
});

test.for<[what: string, named: string, change: () => Promise<unknown>]>([
  [
    "one bit is another",
    "assets/index.js",
    async () => {
      const bytes = await readFile(at("assets/index.js"));
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      await writeFile(at("assets/index.js"), bytes);
    },
  ],
  ["one byte is added", "index.html", () => appendFile(at("index.html"), "\n")],
  ["a file is missing", "assets/index.js", () => rm(at("assets/index.js"))],
  ["a file is added", "assets/evil.js", () => writeFile(at("assets/evil.js"), "")],
])("attack G1: it is noticed at the start when %s", async ([, named, change]) => {
  await change();
  await expect(readBuilt(dir)).rejects.toThrow(
    `${at(named)} is not what was built: run make build`,
  );
});

test("attack G1: without the list nothing counts as built", async () => {
  await rm(at(".built"));
  await expect(readBuilt(dir)).rejects.toThrow(`${dir} is missing: run make build`);
});
