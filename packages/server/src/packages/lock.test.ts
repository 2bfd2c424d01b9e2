import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sha256OfFile } from "../hash.ts";
import { places } from "../places.ts";
import { closure, normalizedName, readLock } from "./lock.ts";
import { pyodideLock } from "./pyodide-lock.ts";

const lock = readLock();
const names = new Set(lock.files.map(({ name }) => normalizedName(name)));

describe("the lock", () => {
  test("names no address: sources say what to ask, settings say whom", () => {
    const text = readFileSync(new URL("./lock.json", import.meta.url), "utf8");
    expect(text).not.toMatch(/https?:|:\/\//);
  });

  test("is for the Pyodide that is installed", () => {
    const path = join(places.pyodide, "package.json");
    const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
    expect(lock.pyodide).toBe(version);
  });

  test("has every package once, and everything that one of them needs", () => {
    expect(names.size).toBe(lock.files.length);
    expect(new Set(lock.files.map(({ sha256 }) => sha256)).size).toBe(lock.files.length);
    const needed = lock.files.flatMap(({ depends, lazy }) => [...depends, ...(lazy ?? [])]);
    expect(needed.filter((name) => !names.has(name))).toEqual([]);
  });

  test("what every start needs can be had without Pyodide's CDN, and is pure but for openai's", () => {
    const files = closure(lock, ["streamlit", "openai", "micropip"]);
    for (const { file, sources } of files) {
      expect([file, sources.some(({ kind }) => kind !== "pyodide")]).toEqual([file, true]);
    }
    const image = closure(lock, ["streamlit"]).map(({ file }) => file);
    expect(image.filter((file) => !file.endsWith("-none-any.whl"))).toEqual([]);
  });

  test("importing Streamlit pulls in nothing that is imported later", () => {
    const image = closure(lock, ["streamlit"]).map(({ name }) => name);
    expect(image).not.toContain("numpy");
    const later = closure(lock, ["streamlit"], true).map(({ name }) => name);
    expect(later).toEqual(expect.arrayContaining(["numpy", "pandas", "pillow", "altair"]));
  });

  test("the repository's own wheels are those that it names", async () => {
    const bundled = lock.files.filter(({ sources }) => sources[0]?.kind === "bundled");
    expect(bundled.map(({ name }) => name).sort()).toEqual(["markupsafe", "micropip"]);
    for (const { file, sha256 } of bundled) {
      expect(existsSync(join(places.bundledWheels, file))).toBe(true);
      expect(await sha256OfFile(join(places.bundledWheels, file))).toBe(sha256);
    }
  });

  test("in Pyodide's format has one entry for each, under the name that imports lead to", () => {
    const { packages } = JSON.parse(pyodideLock(lock)) as {
      packages: Record<string, { name: string; imports: string[]; file_name: string }>;
    };
    expect(Object.keys(packages)).toHaveLength(lock.files.length);
    expect(packages.pillow?.imports).toEqual(["PIL"]);
    for (const [key, entry] of Object.entries(packages)) {
      expect(entry.name).toBe(key);
      expect(entry.file_name).toMatch(/^[0-9a-f]{64}\/[^/]+$/);
    }
  });
});
