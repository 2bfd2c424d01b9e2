import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import {
  ConfigError,
  type KeyServer,
  type KeyServerConfig,
  type Outcome,
  readKeyServerConfig,
  renewOperatorToken,
  type StartOptions,
  startFailure,
  startKeyServer,
  unsealThroughSocket,
} from "@portafilter/keyserver";
import type { Command } from "commander";
import { makeDataFolder } from "./data-folder.ts";
import { Fatal } from "./fatal.ts";
import { settingsHelp } from "./settings-help.ts";
import { aborted, stopSignal } from "./stop-signal.ts";

/** Adds `keyserver` and what belongs to it to the command line. */
export function addKeyServerCommands(program: Command): void {
  const keyserver = program
    .command("keyserver")
    .description("serve the keys that wrap other keys")
    .option("--accept-older-store", "the key store was put back from a backup")
    .addHelpText("after", settingsHelp("keyserver"))
    .action(async (options: { acceptOlderStore?: boolean }) => {
      await serveKeys({ acceptOlder: options.acceptOlderStore ?? false });
    });
  const keyFile = [
    "--key-file <file>",
    "where the root key is; without it, standard input",
  ] as const;
  keyserver
    .command("unseal")
    .description("hand the root key to a key server that was started without it")
    .option(...keyFile)
    .action(async (options: { keyFile?: string }) => {
      await withRootKey(options.keyFile, unsealThroughSocket, "It stays sealed");
      console.log("The key server is unsealed.");
    });
  keyserver
    .command("operator-token")
    .description("have a new operator's token written, where the old one was lost")
    .option(...keyFile)
    .action(async (options: { keyFile?: string }) => {
      await withRootKey(options.keyFile, renewOperatorToken, "There is no new token");
      console.log(`${settings().folder} now holds another operator.token; older ones still work.`);
    });
}

/** Serves until SIGINT or SIGTERM; SIGHUP opens log and certificate again. */
async function serveKeys(options: StartOptions): Promise<void> {
  const config = settings();
  await makeDataFolder(dirname(config.folder));
  const server = await startKeyServer(config, options).catch((error: unknown) => {
    const reason = startFailure(error);
    throw reason === null ? error : new Fatal(`The key server does not start: ${reason}.`);
  });
  const reload = () => {
    server.reload();
  };
  // Before it says that it is ready: who reads that may send a signal at once.
  process.on("SIGHUP", reload);
  const stop = stopSignal();
  for (const line of greeting(server, config)) console.log(line);
  await aborted(stop);
  process.off("SIGHUP", reload);
  await server.close();
}

function greeting(server: KeyServer, config: KeyServerConfig): string[] {
  const lines = [`Key server is ready at ${server.address}`];
  if (server.isNew) {
    lines.push(
      `The key server is new: ${config.folder} now holds app.token and operator.token${config.rootKey === undefined ? `, and ${config.rootKeyFile} the root key` : ""}.`,
      "Keep a copy of the root key elsewhere: without it everything that was ever wrapped is lost.",
    );
  }
  if (server.isSealed()) lines.push("It is sealed: run portafilter keyserver unseal.");
  return lines;
}

/** Has the key server of this machine do something that needs the root key. */
async function withRootKey(
  keyFile: string | undefined,
  ask: (socketFile: string, rootKey: string) => Promise<Outcome>,
  failure: string,
): Promise<void> {
  const { socketFile } = settings();
  const rootKey = keyFile === undefined ? await readTyped() : await readKeyFile(keyFile);
  const reason = await ask(socketFile, rootKey).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "ECONNREFUSED" && code !== "EACCES") throw error;
    throw new Fatal(`No key server listens on ${socketFile}, or it belongs to somebody else.`);
  });
  if (reason !== null) throw new Fatal(`${failure}: ${reason}.`);
}

async function readKeyFile(file: string): Promise<string> {
  return await readFile(file, "utf8").catch(() => {
    throw new Fatal(`The key file cannot be read: ${file}`);
  });
}

/** Reads the root key from standard input; from a terminal one line, which it does not show. */
async function readTyped(): Promise<string> {
  const { stdin } = process;
  if (!stdin.isTTY) return await text(stdin);
  process.stderr.write("Root key: ");
  stdin.setRawMode(true).setEncoding("utf8");
  try {
    let typed = "";
    for await (const part of stdin as AsyncIterable<string>) {
      // Raw mode hands over Ctrl-C as a character.
      if (part.includes("\u0003")) throw new Fatal("Nothing was done.");
      typed += part;
      if (/[\r\n]/.test(typed)) break;
    }
    return typed;
  } finally {
    stdin.setRawMode(false);
    process.stderr.write("\n");
  }
}

function settings(): KeyServerConfig {
  try {
    return readKeyServerConfig();
  } catch (error) {
    throw error instanceof ConfigError ? new Fatal(error.message) : error;
  }
}
