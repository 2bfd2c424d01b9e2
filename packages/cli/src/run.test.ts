import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../server/src/testing/free-port.ts";
import { readRunConfig } from "./config.ts";
import { openToOthers, silentSource, startCommand, temporaryFolder } from "./testing/commands.ts";

/** `portafilter run` with a package source that never answers, so that the app server keeps fetching. */
async function start(settings: Record<string, string> = {}) {
  const dir = await temporaryFolder("run");
  const source = await silentSource();
  const { child, said, code } = startCommand(["run"], {
    PORT: `${await freePort()}`,
    DATA_DIR: dir,
    ...source.settings,
    ...settings,
  });
  onTestFinished(() => {
    for (const pid of childrenOf(child)) killed(pid);
    child.kill("SIGKILL");
  });
  return { child, dir, said, isFetching: source.isFetching, code };
}

function childrenOf({ pid }: ChildProcess): number[] {
  try {
    return execFileSync("pgrep", ["-P", `${pid}`], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map(Number);
  } catch {
    return [];
  }
}

const nameOf = (pid: number) =>
  execFileSync("ps", ["-o", "args=", "-p", `${pid}`], { encoding: "utf8" });

/** A process that has ended and that nobody has asked how is not there any more. */
function isThere(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "stat=", "-p", `${pid}`], { encoding: "utf8" });
    return !state.startsWith("Z");
  } catch {
    return false;
  }
}

function killed(pid: number): void {
  if (isThere(pid)) process.kill(pid, "SIGKILL");
}

const gone = (pids: readonly number[]) =>
  expect.poll(() => pids.filter(isThere), { timeout: 60_000 }).toEqual([]);

describe("portafilter run", { timeout: 120_000 }, () => {
  test("starts two processes, says once what to keep, and stops both when told to", async () => {
    const { child, dir, said, isFetching, code } = await start();
    await isFetching;
    const pids = childrenOf(child);
    expect(pids.map(nameOf).map((name) => / (keyserver|serve)\s*$/.exec(name)?.[1])).toEqual([
      "keyserver",
      "serve",
    ]);
    child.kill("SIGTERM");
    expect(await code()).toBe(0);
    expect(pids.filter(isThere)).toEqual([]);
    expect(said.err).toBe("");
    // How far it is, is said where it takes more than a second.
    const lines = said.out
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("Fetching packages"));
    expect(lines).toEqual([
      expect.stringMatching(/^The key server is new: .*root\.key the root key\.$/),
      expect.stringMatching(/^Keep a copy of the root key elsewhere/),
    ]);
    expect(statSync(join(dir, "keyserver")).mode & 0o777).toBe(0o700);
    // The same goes for all that either process has made.
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(["auth.secret", "keyserver"]));
    expect(await openToOthers(dir)).toEqual([]);
  });

  test("a parent that is killed leaves nobody behind", async () => {
    const { child, isFetching } = await start();
    await isFetching;
    const pids = childrenOf(child);
    expect(pids).toHaveLength(2);
    child.kill("SIGKILL");
    await gone(pids);
  });

  test.for(["key server", "app server"])("when the %s dies, the other is stopped", async (name) => {
    const { child, said, isFetching, code } = await start();
    await isFetching;
    const pids = childrenOf(child);
    const [keys = 0, app = 0] = pids;
    process.kill(name === "key server" ? keys : app, "SIGKILL");
    expect(await code()).toBe(1);
    expect(pids.filter(isThere)).toEqual([]);
    expect(said.err).toBe(`The ${name} ended by itself (SIGKILL), so Portafilter stopped.\n`);
  });

  test("an app server that cannot start is one line, and takes the key server along", async () => {
    const nowhere = "http://127.0.0.1:1/";
    const { said, code } = await start({ PIP_INDEX_URL: nowhere, PYODIDE_CDN: nowhere });
    expect(await code()).toBe(1);
    expect(said.err.trimEnd().split("\n")).toHaveLength(1);
    expect(said.err).toContain("PIP_INDEX_URL, PYODIDE_CDN or WHEELHOUSE");
  });

  test("a key server that cannot start is one line, and no app server", async () => {
    const { said, code } = await start({ TLS_CERT_FILE: "/nowhere", TLS_KEY_FILE: "/nowhere" });
    expect(await code()).toBe(1);
    expect(said).toEqual({
      out: "",
      err: "The key server does not start: a file that the settings name is not there.\n",
    });
  });

  test.for(["PORT", "METRICS_PORT"])(
    "%s that is taken is one line, before there is a key server",
    async (name) => {
      const other = createServer().listen(0, "127.0.0.1");
      await once(other, "listening");
      onTestFinished(() => void other.close());
      const { port } = other.address() as AddressInfo;
      const { said, dir, code } = await start({ [name]: `${port}` });
      expect(await code()).toBe(1);
      expect(said.out).toBe("");
      expect(said.err).toBe(
        `Port ${port} is taken: stop the other program, or set ${name} to another one.\n`,
      );
      expect(readdirSync(dir)).toEqual([]);
    },
  );

  test.for([
    [{ DATABASE_URL: "mysql://canary-pw" }, "DATABASE_URL must be postgres://"],
    [{ SMTP_URL: "smtp://127.0.0.1" }, "SMTP_URL and MAIL_FROM belong together"],
    [{ KEYSERVER_TOKEN_FILE: "/nowhere" }, "KEYSERVER_TOKEN_FILE holds no token"],
  ] as const)("%j is one line, before there is a key server", async ([wrong, line]) => {
    const { said, dir, code } = await start(wrong);
    expect(await code()).toBe(1);
    expect(said.out).toBe("");
    expect(said.err.startsWith(line)).toBe(true);
    expect(said.err.trimEnd().split("\n")).toHaveLength(1);
    expect(said.err).not.toContain("canary-pw");
    expect(readdirSync(dir)).toEqual([]);
  });

  test.for(["SIGINT", "SIGTERM"] as const)("%s ends it while it checks", async (signal) => {
    // As a network's file system that does not answer.
    const hang = `import fs from "node:fs/promises"; import { syncBuiltinESMExports } from "node:module";
      fs.access = () => { console.log("checking"); return new Promise(() => setInterval(() => {}, 1000)); };
      syncBuiltinESMExports();`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(hang)}`;
    const { child, said, dir, code } = await start({ NODE_OPTIONS: preload });
    await expect.poll(() => said.out, { timeout: 30_000 }).toBe("checking\n");
    child.kill(signal);
    expect(await code()).toBe(0);
    expect(said.err).toBe("");
    expect(readdirSync(dir)).toEqual([]);
  });

  test("a folder that nobody can make is one line, and not tried for ever", async () => {
    const { said, code } = await start({ DATA_DIR: "/proc/portafilter/data" });
    expect(await code()).toBe(1);
    expect(said.err).toBe("DATA_DIR cannot be written to: /proc/portafilter/data\n");
  });

  test("a key server elsewhere is enough", async () => {
    const { child, dir, isFetching, code } = await start({
      KEYSERVER_ADDR: "http://127.0.0.1:1",
      KEYSERVER_TOKEN: "t".repeat(32),
    });
    await isFetching;
    expect(childrenOf(child)).toEqual([]);
    expect(existsSync(join(dir, "keyserver"))).toBe(false);
    child.kill("SIGINT");
    expect(await code()).toBe(0);
  });
});

test("each process is told what it needs to know, and no secret of the other", () => {
  const { keyServer, appServer, appServerToCheck, hasKeyServer } = readRunConfig({
    PATH: "/bin",
    DATA_DIR: "/data",
    ROOT_KEY: "canary-root",
    TLS_KEY_FILE: "/tls.key",
    AUTH_SECRET: "canary-auth",
    DATABASE_URL: "canary-database",
    SMTP_URL: "canary-mail",
    KEYSERVER_ADDR: "",
  });
  expect(hasKeyServer).toBe(false);
  expect(keyServer).toEqual({
    PATH: "/bin",
    DATA_DIR: "/data",
    ROOT_KEY: "canary-root",
    TLS_KEY_FILE: "/tls.key",
    KEYSERVER_ADDR: "",
    KEYSERVER_PORT: "0",
  });
  const forApp = {
    PATH: "/bin",
    DATA_DIR: "/data",
    AUTH_SECRET: "canary-auth",
    DATABASE_URL: "canary-database",
    SMTP_URL: "canary-mail",
  };
  expect(appServer("http://127.0.0.1:5")).toEqual({
    ...forApp,
    KEYSERVER_ADDR: "http://127.0.0.1:5",
    KEYSERVER_TOKEN_FILE: "/data/keyserver/app.token",
  });
  expect(appServerToCheck).toMatchObject(forApp);
});

test("a token that the key server will make is not missed before, one of somebody else is", () => {
  const token = (env: NodeJS.ProcessEnv) => {
    const { KEYSERVER_TOKEN, KEYSERVER_TOKEN_FILE } = readRunConfig(env).appServerToCheck;
    return [KEYSERVER_TOKEN, KEYSERVER_TOKEN_FILE];
  };
  const standIn = ["not-made-yet", ""];
  expect(token({ DATA_DIR: "/data" })).toEqual(standIn);
  expect(token({ DATA_DIR: "/data", KEYSERVER_TOKEN_FILE: "" })).toEqual(standIn);
  const own = "/data/keyserver/app.token";
  expect(token({ DATA_DIR: "/data", KEYSERVER_TOKEN_FILE: own })).toEqual(standIn);
  expect(token({ KEYSERVER_TOKEN_FILE: "/other" })).toEqual([undefined, "/other"]);
  expect(token({ KEYSERVER_TOKEN: "given" })).toEqual(["given", undefined]);
});
