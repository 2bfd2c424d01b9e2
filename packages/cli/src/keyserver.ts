import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import {
  ConfigError,
  type KeyServer,
  type KeyServerConfig,
  readKeyServerConfig,
  type StartOptions,
  startFailure,
  startKeyServer,
  unsealThroughSocket,
} from "@portafilter/keyserver";
import type { Command } from "commander";
import { Fatal } from "./fatal.ts";

/** Adds `keyserver` and `keyserver unseal` to the command line. */
export function addKeyServerCommands(program: Command): void {
  const keyserver = program
    .command("keyserver")
    .description("serve the keys that wrap other keys")
    .option("--accept-older-store", "the key store was put back from a backup")
    .action(async (options: { acceptOlderStore?: boolean }) => {
      await serveKeys({ acceptOlder: options.acceptOlderStore ?? false });
    });
  keyserver
    .command("unseal")
    .description("hand the root key to a key server that was started without it")
    .option("--key-file <file>", "where the root key is; without it, standard input")
    .action(async (options: { keyFile?: string }) => {
      await unseal(options.keyFile);
    });
}

/** Serves until SIGINT or SIGTERM; SIGHUP opens log and certificate again. */
async function serveKeys(options: StartOptions): Promise<void> {
  const config = settings();
  const server = await startKeyServer(config, options).catch((error: unknown) => {
    const reason = startFailure(error);
    throw reason === null ? error : new Fatal(`The key server does not start: ${reason}.`);
  });
  for (const line of greeting(server, config)) console.log(line);
  const reload = () => {
    server.reload();
  };
  process.on("SIGHUP", reload);
  await stopSignal();
  process.off("SIGHUP", reload);
  await server.close();
}

function greeting(server: KeyServer, config: KeyServerConfig): string[] {
  const lines = [`Key server is ready at ${server.address}`];
  if (server.isNew) {
    lines.push(
      `It is new: ${config.folder} now holds app.token and operator.token${config.rootKey === undefined ? `, and ${config.rootKeyFile} the root key` : ""}.`,
      "Keep a copy of the root key elsewhere: without it everything that was ever wrapped is lost.",
    );
  }
  if (server.isSealed()) lines.push("It is sealed: run portafilter keyserver unseal.");
  return lines;
}

async function unseal(keyFile: string | undefined): Promise<void> {
  const { socketFile } = settings();
  const rootKey = keyFile === undefined ? await readTyped() : await readKeyFile(keyFile);
  const outcome = await unsealThroughSocket(socketFile, rootKey).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "ECONNREFUSED" && code !== "EACCES") throw error;
    throw new Fatal(`No key server listens on ${socketFile}, or it belongs to somebody else.`);
  });
  if (!outcome.unsealed) throw new Fatal(`The key server stays sealed: ${outcome.reason}.`);
  console.log("The key server is unsealed.");
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
      if (part.includes("\u0003")) throw new Fatal("Not unsealed.");
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

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}
