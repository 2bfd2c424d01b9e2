import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../server/src/testing/free-port.ts";
import { silentSource, startCommand, temporaryFolder } from "./testing/commands.ts";

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
  const dir = await temporaryFolder("crash");
  const source = await silentSource();
  const preload = join(dir, "crash.mjs");
  await writeFile(preload, crash(ways[way]));
  const started = startCommand(command.split(" "), {
    NODE_OPTIONS: `--import=${pathToFileURL(preload).href}`,
    PORT: `${await freePort()}`,
    KEYSERVER_PORT: "0",
    DATA_DIR: join(dir, "data"),
    ...source.settings,
    LOG_LEVEL: "silent",
  });
  onTestFinished(() => void started.child.kill("SIGKILL"));
  return started;
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
