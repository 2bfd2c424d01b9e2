import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../server/src/testing/free-port.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const canary = "canary-77c1";

/** Loaded before the command: on a signal something fails that nobody catches, and knows too much. */
const crash = (how: string) => `
  import fs from "node:fs/promises";
  import { syncBuiltinESMExports } from "node:module";
  const canary = "${canary}";
  const failure = () => {
    const row = { code: "23505", detail: canary, query: canary, parameters: [canary] };
    const cause = Object.assign(new Error("duplicate key " + canary), row);
    const message = canary + "\\n    at " + canary + "\\n    at " + canary + " (file:///" + canary + ":1:2)";
    return Object.assign(new TypeError(message, { cause }), { ...row, code: canary, name: canary });
  };
  ${how}`;

const ways = {
  "an exception": `process.once("SIGUSR2", () => { throw failure(); });`,
  "a rejection": `process.once("SIGUSR2", () => void Promise.reject(failure()));`,
  "a text": `process.once("SIGUSR2", () => void Promise.reject(canary));`,
  "failed command": `fs.stat = () => Promise.reject(failure()); syncBuiltinESMExports();`,
};

/** A command with a package source that never answers, so that it goes on until something ends it. */
async function start(command: string, way: keyof typeof ways) {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-crash-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const source = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const preload = join(dir, "crash.mjs");
  await writeFile(preload, crash(ways[way]));
  const child = spawn(process.execPath, [main, ...command.split(" ")], {
    env: {
      PATH: process.env.PATH ?? "",
      NODE_OPTIONS: `--import=${pathToFileURL(preload).href}`,
      PORT: `${await freePort()}`,
      KEYSERVER_PORT: "0",
      DATA_DIR: join(dir, "data"),
      PIP_INDEX_URL: source,
      PYODIDE_CDN: source,
      LOG_LEVEL: "silent",
    },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (part: string) => (said.out += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (said.err += part));
  const ended = once(child, "close") as Promise<[number | null]>;
  return { child, said, code: async () => (await ended)[0] };
}

describe("D16: what ends a process", { timeout: 120_000 }, () => {
  const ready = { run: /Keep a copy/, serve: /There are no accounts/, keyserver: /is ready at/ };
  const commands = ["run", "serve", "keyserver"] as const;

  test.for(
    commands.flatMap((command) => [
      [command, "an exception"] as const,
      [command, "a rejection"] as const,
    ]),
  )(
    "portafilter %s: %s is one line with kind and place, and nothing of what it quotes",
    async ([command, way]) => {
      const { child, said, code } = await start(command, way);
      await expect.poll(() => said.out).toMatch(ready[command]);
      child.kill("SIGUSR2");
      expect(await code()).toBe(1);
      expect(said.out + said.err).not.toContain(canary);
      expect(said.err.trimEnd().split("\n")).toHaveLength(1);
      const place = expect.stringMatching(/crash\.mjs:\d+:\d+/) as string;
      expect(JSON.parse(said.err)).toMatchObject(
        command === "keyserver"
          ? { event: "crashed", error: "TypeError", at: place }
          : {
              level: 50,
              msg: "crashed",
              err: {
                type: "TypeError",
                at: expect.arrayContaining([place]) as string[],
                cause: { type: "Error", code: "23505" },
              },
            },
      );
    },
  );

  test.for(["serve", "keyserver"] as const)(
    "portafilter %s: a text in place of an error",
    async (command) => {
      const { child, said, code } = await start(command, "a text");
      await expect.poll(() => said.out).toMatch(ready[command]);
      child.kill("SIGUSR2");
      expect(await code()).toBe(1);
      expect(said.out + said.err).not.toContain(canary);
      expect(said.err).toContain("ERR_UNHANDLED_REJECTION");
    },
  );

  test.for([
    ["account reset-link ada@example.org", 1],
    ["audit verify", 2],
  ] as const)("portafilter %s: what it did not expect", async ([command, expected]) => {
    const { said, code } = await start(command, "failed command");
    expect(await code()).toBe(expected);
    expect(said.out).toBe("");
    expect(said.err).not.toContain(canary);
    expect(JSON.parse(said.err)).toMatchObject({ msg: "crashed", err: { type: "TypeError" } });
  });
});
