import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { scanBuilt, scanHistory } from "./leaks.ts";

// Put together here, so that nobody takes this file for a leak.
const secret = ["ftp://me:", "open-sesame@index.test/"].join("");

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "portafilter-leaks-"));
  onTestFinished(() => {
    rmSync(dir, { recursive: true });
  });
  return dir;
}

test("attack G4: a secret that was committed once and removed is found in the history", () => {
  const dir = folder();
  const git = (...args: string[]) =>
    execFileSync("git", [
      "-C",
      dir,
      "-c",
      "user.name=t",
      "-c",
      "user.email=t@example.org",
      ...args,
    ]);
  const commit = (content: string) => {
    writeFileSync(join(dir, "notes.md"), content);
    git("add", ".");
    git("commit", "-q", "-m", "a change");
  };
  git("init", "-q");
  commit("nothing\n");
  expect(scanHistory(dir)).toEqual([]);
  commit(secret);
  commit("nothing\n");
  const found = scanHistory(dir).join("\n");
  expect(found).toMatch(/[0-9a-f]{40} \(notes\.md\)/);
  expect(found).toContain("BasicAuth");
});

test("attack G4: what a build must not ship is found among what was built", () => {
  const dir = folder();
  mkdirSync(join(dir, "assets"));
  const write = (name: string, content: string) => {
    writeFileSync(join(dir, "assets", name), content);
  };
  write("index.css", 'a{}/* "/home/pyodide/x" */');
  expect(scanBuilt(dir)).toEqual([]);
  const leaks = {
    "map.js.map": "{}",
    "way-to-a-map.js": "//# sourceMappingURL=index.js.map",
    "somebody.js": 'throw Error("/home/somebody/src/x.ts")',
    "folder-of-the-build.js": resolve("packages/web/src/main.ts"),
    "secret.js": secret,
  };
  for (const [name, content] of Object.entries(leaks)) write(name, content);
  const found = scanBuilt(dir).join("\n");
  for (const name of Object.keys(leaks)) expect(found).toContain(name);
  expect(found).not.toContain("index.css");
});
