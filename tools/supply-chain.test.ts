import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { readAudit } from "./audit-answer.ts";

type Lock = {
  packages: Record<string, { version?: string; integrity?: string; link?: true }>;
};

const readLock = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Lock;

test("attack G1: the lock has a version and a SHA-512 for everything that comes from elsewhere", () => {
  const entries = Object.entries(readLock("package-lock.json").packages);
  const foreign = entries.filter(([path, { link }]) => path.includes("node_modules/") && !link);
  expect(foreign.length).toBeGreaterThan(500);
  const loose = foreign.filter(
    ([, { version, integrity }]) => !version || !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});

/** A project with one package, which is fetched over HTTP, and our way to install it. */
async function project() {
  const dir = mkdtempSync(join(tmpdir(), "portafilter-lock-"));
  const at = (name: string) => join(dir, name);
  const server = createServer((_, response) => response.end(readFileSync(at("made-1.0.0.tgz"))));
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const run = async (command: string, ...args: string[]) => {
    // It waits for seconds before it fetches again what had another hash.
    const settings = { npm_config_cache: at("cache"), npm_config_fetch_retries: "0" };
    const env = { ...process.env, ...settings };
    const child = spawn(command, args, { cwd: dir, env });
    child.stdout.resume();
    const ended = once(child, "close") as Promise<[number | null]>;
    const [said, [status]] = await Promise.all([text(child.stderr), ended]);
    return { status, said };
  };
  mkdirSync(at("made"));
  writeFileSync(at("made/package.json"), JSON.stringify({ name: "made", version: "1.0.0" }));
  const pack = async (code: string) => {
    writeFileSync(at("made/index.js"), code);
    expect((await run("npm", "pack", "./made", "--silent")).status).toBe(0);
  };
  await pack("export const honest = true;\n");
  const made = `http://127.0.0.1:${(server.address() as AddressInfo).port}/made-1.0.0.tgz`;
  writeFileSync(at("package.json"), JSON.stringify({ name: "p", dependencies: { made } }));
  expect((await run("npm", "install", "--package-lock-only")).status).toBe(0);
  /** From nothing, as on a fresh machine. */
  const install = () => {
    for (const name of ["cache", "node_modules"])
      rmSync(at(name), { recursive: true, force: true });
    return run("sh", resolve("tools/install.sh"));
  };
  return { at, pack, install };
}

const isRefused = ({ status, said }: { status: number | null; said: string }) =>
  status === 1 && said.includes("EINTEGRITY");

test("attack G1: one byte of a package, or one of its hash in the lock, stops the install", async () => {
  const { at, pack, install } = await project();
  expect(await install()).toEqual({ status: 0, said: "" });
  const lock = readFileSync(at("package-lock.json"), "utf8");
  const hash = readLock(at("package-lock.json")).packages["node_modules/made"]?.integrity ?? "";
  const [, first] = /^sha512-(.)/.exec(hash) ?? [];
  const other = hash.replace(/^sha512-./, `sha512-${first === "A" ? "B" : "A"}`);

  writeFileSync(at("package-lock.json"), lock.replace(hash, other));
  expect(isRefused(await install())).toBe(true);

  writeFileSync(at("package-lock.json"), lock);
  await pack("export const honest = fals;\n");
  expect(isRefused(await install())).toBe(true);
});

test.for([
  ['{"vulnerabilities":{}}', 0, "No known vulnerabilities."],
  ['{"vulnerabilities":{"x":{"severity":"high","range":"<2"}}}', 1, "x <2: high"],
  [
    '{"message":"405 Method Not Allowed - POST https://registry.test/-/audit"}',
    2,
    "Nothing was audited: 405 Method Not Allowed.",
  ],
  ["{}", 2, "Nothing was audited: npm gave no reason."],
  ["npm error", 2, "Nothing was audited: npm printed no JSON."],
] as const)("an audit is told as it was: %s", ([text, code, line]) => {
  expect(readAudit(text)).toEqual({ code, line });
});
