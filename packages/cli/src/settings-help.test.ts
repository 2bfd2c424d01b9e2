import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { settingsHelp } from "./settings-help.ts";

/** The settings that the tables of a document list. */
async function documented(file: string): Promise<string[]> {
  const text = await readFile(new URL(`../../../${file}`, import.meta.url), "utf8");
  const rows = text.matchAll(/^\| (`[A-Z][^|]*) \|/gm);
  return Array.from(rows, ([, names = ""]) => names)
    .flatMap((names) => Array.from(names.matchAll(/`([A-Z][\w<>]*)`/g), ([, name = ""]) => name))
    .filter((name) => !name.startsWith("MIGRATE_"));
}

test.each([
  ["docs/operating.md", "serve"],
  ["packages/server/src/keys/README.md", "serve"],
  ["packages/keyserver/README.md", "keyserver"],
] as const)("what %s lists is in the help of %s, and of run", async (file, command) => {
  const settings = await documented(file);
  expect(settings.length).toBeGreaterThan(5);
  for (const help of [settingsHelp(command), settingsHelp("run")])
    expect(settings.filter((name) => !help.includes(name))).toEqual([]);
});

test("its lines fit a terminal", () => {
  for (const command of ["run", "migrate"] as const)
    expect(
      Math.max(
        ...settingsHelp(command)
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThan(106);
});
