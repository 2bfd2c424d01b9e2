import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL(".", import.meta.url));
const main = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));

/** Whatever runs in this process can read every key. */
describe("what the key server depends on", () => {
  it("is zod, and nothing else", () => {
    const manifest = JSON.parse(
      readFileSync(new URL("../package.json", import.meta.url), "utf8"),
    ) as Record<string, Record<string, string> | undefined>;
    expect(Object.keys(manifest.dependencies ?? {})).toEqual(["zod"]);
    expect(manifest.optionalDependencies ?? manifest.peerDependencies ?? {}).toEqual({});
  });

  it("is all that its source imports", () => {
    const files = globSync("**/*.ts", { cwd: source }).filter(
      (file) => !/\.test\.ts$|^testing\/|^conformance\//.test(file),
    );
    expect(files.length).toBeGreaterThan(30);
    const imported = files.flatMap((file) =>
      [...readFileSync(`${source}/${file}`, "utf8").matchAll(/from "([^"]+)"/g)].map(
        ([, name]) => name,
      ),
    );
    const foreign = imported.filter((name) => !/^(?:\.{1,2}\/|node:|zod$)/.test(name ?? ""));
    expect(foreign).toEqual([]);
  });

  it("is all that its process loads, besides what reads the command line", () => {
    const hook = `
      import { registerHooks } from "node:module";
      registerHooks({ load: (url, context, next) => { console.log(url); return next(url, context); } });`;
    const loader = `data:text/javascript,${encodeURIComponent(hook)}`;
    const { stdout, status } = spawnSync(
      process.execPath,
      ["--import", loader, main, "keyserver", "--help"],
      {
        encoding: "utf8",
      },
    );
    expect(status).toBe(0);
    const packages = stdout
      .split("\n")
      .filter((line) => line.startsWith("file:"))
      .map(
        (line) =>
          /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(line)?.[1] ??
          /\/packages\/([^/]+)/.exec(line)?.[1],
      );
    expect([...new Set(packages)].sort()).toEqual(["cli", "commander", "keyserver", "zod"]);
  });
});
