import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
let folder: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portafilter-cli-"));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, input = "") {
  const child = spawn(process.execPath, [main, "keyserver", ...args], {
    env: { ...process.env, DATA_DIR: folder, KEYSERVER_PORT: "0", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.push(child);
  child.stdin.end(input);
  const said: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (part: string) => said.push(part));
  const ended = Promise.all([
    new Promise<number | null>((resolve) => child.once("close", resolve)),
    text(child.stderr),
  ]).then(([status, errors]) => ({ status, errors, said: said.join("") }));
  const says = (expected: RegExp) =>
    expect.poll(() => said.join(""), { timeout: 30_000 }).toMatch(expected);
  return { child, ended, says, said };
}

const inFolder = (name: string) => join(folder, "keyserver", name);
const health = async (said: readonly string[]) => {
  const address = /http:\S+/.exec(said.join(""))?.[0] ?? "";
  return (await fetch(`${address}/v1/sys/health`)).status;
};

describe("portafilter keyserver", { timeout: 60_000 }, () => {
  it("starts anew, says what is there now, and stops when it is told to", async () => {
    const { child, says, said, ended } = run([]);
    await says(
      /ready at http:\/\/127\.0\.0\.1:\d+\nThe key server is new: .*app\.token.*\nKeep a copy/,
    );
    expect(await health(said)).toBe(200);
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ status: 0, errors: "" });
    const secret = readFileSync(inFolder("root.key"), "utf8").trim();
    expect((await ended).said).not.toContain(secret);
  });

  it("says in one line why it does not start", async () => {
    const first = run([]);
    await first.says(/Keep a copy/);
    const second = await run([]).ended;
    expect(second).toEqual({
      status: 1,
      said: "",
      errors:
        "The key server does not start: another key server is already running on this folder.\n",
    });
    const wrong = await run([], { KEYSERVER_HOST: "0.0.0.0" }).ended;
    expect([wrong.status, wrong.errors.split("\n").length]).toEqual([1, 2]);
    const none = await run([], { TLS_CERT_FILE: "/nowhere", TLS_KEY_FILE: "/nowhere" }).ended;
    expect(none.status).toBe(1);
  });

  it("opens log and certificate again on SIGHUP, and goes on", async () => {
    const { child, says, said } = run([]);
    await says(/Keep a copy/);
    renameSync(inFolder("audit.log"), inFolder("audit.log.1"));
    child.kill("SIGHUP");
    await expect.poll(() => readAudit()).toContain('"event":"opened"');
    expect(await health(said)).toBe(200);
  });
});

function readAudit(): string {
  try {
    return readFileSync(inFolder("audit.log"), "utf8");
  } catch {
    return "";
  }
}

describe("portafilter keyserver unseal", { timeout: 60_000 }, () => {
  async function startSealed(): Promise<{ said: readonly string[]; rootKey: string }> {
    const first = run([]);
    await first.says(/Keep a copy/);
    first.child.kill("SIGTERM");
    await first.ended;
    const rootKey = join(folder, "taken-away.key");
    renameSync(inFolder("root.key"), rootKey);
    const { says, said } = run([]);
    await says(/It is sealed: run portafilter keyserver unseal/);
    expect(await health(said)).toBe(503);
    return { said, rootKey };
  }

  it("opens with the root key from a file", async () => {
    const { said, rootKey } = await startSealed();
    const outcome = await run(["unseal", "--key-file", rootKey]).ended;
    expect(outcome).toMatchObject({ status: 0, said: "The key server is unsealed.\n" });
    expect(await health(said)).toBe(200);
  });

  it("opens with the root key from standard input, and with no other", async () => {
    const { said, rootKey } = await startSealed();
    const wrong = await run(["unseal"], {}, Buffer.alloc(32, 1).toString("base64")).ended;
    expect(wrong.status).toBe(1);
    expect(wrong.errors).toMatch(/^It stays sealed: the key store does not open/);
    expect(await health(said)).toBe(503);
    const right = await run(["unseal"], {}, readFileSync(rootKey, "utf8")).ended;
    expect(right.status).toBe(0);
    expect(await health(said)).toBe(200);
  });

  it("says so when nothing listens, or the file is not there", async () => {
    const nobody = await run(["unseal"], {}, "AAAA").ended;
    expect([nobody.status, nobody.errors]).toEqual([
      1,
      expect.stringMatching(/^No key server listens on /) as string,
    ]);
    const noFile = await run(["unseal", "--key-file", join(folder, "none")]).ended;
    expect([noFile.status, noFile.errors]).toEqual([
      1,
      expect.stringMatching(/^The key file cannot be read/) as string,
    ]);
  });

  it("is followed by a new operator's token, where the old one was lost", async () => {
    const { rootKey } = await startSealed();
    const before = readFileSync(inFolder("operator.token"), "utf8");
    const sealed = await run(["operator-token", "--key-file", rootKey]).ended;
    expect([sealed.status, sealed.errors]).toEqual([
      1,
      "There is no new token: Vault is sealed.\n",
    ]);
    await run(["unseal", "--key-file", rootKey]).ended;
    const made = await run(["operator-token", "--key-file", rootKey]).ended;
    expect([made.status, made.errors]).toEqual([0, ""]);
    const after = readFileSync(inFolder("operator.token"), "utf8");
    expect(after).not.toBe(before);
    expect(made.said).not.toContain(after.trim());
  });
});
