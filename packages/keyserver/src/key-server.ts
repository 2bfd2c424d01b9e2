import { chmodSync, mkdirSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { type Audit, openAudit } from "./audit.ts";
import type { KeyServerConfig } from "./config.ts";
import { parseRootKey } from "./crypto/root-key.ts";
import { createDispatch } from "./http/dispatch.ts";
import { createListener, renewTls } from "./http/listener.ts";
import { createRouter } from "./http/router.ts";
import { createMetrics, type Gauge } from "./metrics.ts";
import { createRoutes } from "./routes/table.ts";
import { createSeal, type Seal } from "./seal.ts";
import { assertPrivate, readPrivate, type WriteFile, writeDurably } from "./store/durable.ts";
import { isFirstStart, startForTheFirstTime } from "./store/first-start.ts";
import { lockForThisProcess } from "./store/process-lock.ts";

/** How long requests under way may take when the server stops, in milliseconds. */
const closingTime = 10_000;

/** A running key server. */
export type KeyServer = {
  /** Where it answers, with the port it got. */
  readonly address: string;
  /** Whether its first start was this one: then there are new keys and tokens to take care of. */
  readonly isNew: boolean;
  isSealed(): boolean;
  /** Opens the audit log and the certificate again, after they were replaced. */
  reload(): void;
  /** Finishes the requests under way, writes down what is only in memory, and lets go of the folder. */
  close(): Promise<void>;
};

/** What a start may be told besides its settings. */
export type StartOptions = {
  /** The store was put back from a backup, so it may be older than its anchor. */
  readonly acceptOlder?: boolean;
  /** For tests: how files are written. */
  readonly write?: WriteFile;
};

/**
 * Starts the key server, or refuses: folder or files with rights for others, another server on the
 * same folder, a store that does not open. The first start generates everything. With the root key
 * at hand it comes up unsealed, else it waits to be unsealed.
 */
export async function startKeyServer(
  config: KeyServerConfig,
  options: StartOptions = {},
): Promise<KeyServer> {
  mkdirSync(config.folder, { recursive: true, mode: 0o700 });
  assertPrivate(config.folder);
  const unlock = lockForThisProcess(join(config.folder, "process.lock"));
  let audit: Audit | undefined;
  try {
    const files = {
      file: join(config.folder, "keys.sealed"),
      anchor: config.anchorFile,
      ...(options.write === undefined ? {} : { write: options.write }),
    };
    const isNew = await isFirstStart(files);
    if (isNew) await startForTheFirstTime({ ...config, store: files });
    const seal = createSeal(files, options.acceptOlder);
    await unsealFromConfig(seal, config);
    audit = openAudit(config.auditFile);
    return await serve(config, seal, audit, isNew, unlock);
  } catch (error) {
    audit?.close();
    unlock();
    throw error;
  }
}

async function unsealFromConfig(seal: Seal, config: KeyServerConfig): Promise<void> {
  const text = config.rootKey ?? (await readPrivate(config.rootKeyFile))?.toString("utf8");
  if (text !== undefined) await seal.unseal(parseRootKey(text));
}

async function serve(
  config: KeyServerConfig,
  seal: Seal,
  audit: Audit,
  isNew: boolean,
  unlock: () => void,
): Promise<KeyServer> {
  const metrics = createMetrics(gaugesOf(seal));
  const writeOperatorToken = (token: string) =>
    writeDurably(join(config.folder, "operator.token"), Buffer.from(`${token}\n`));
  const routes = createRoutes({ seal, metrics, writeOperatorToken });
  const dispatch = createDispatch({ find: createRouter(routes), seal, audit, metrics });
  const network = createListener(dispatch, false, config.tls);
  const machine = createListener(dispatch, true);
  // Left by a process that was killed; the lock says that nobody listens on it.
  rmSync(config.socketFile, { force: true });
  await listen(machine, { path: config.socketFile });
  chmodSync(config.socketFile, 0o600);
  try {
    await listen(network, { host: config.host, port: config.port });
  } catch (error) {
    machine.close();
    throw error;
  }

  return {
    address: addressOf(network, config),
    isNew,
    isSealed: () => seal.opened() === null,
    reload: () => {
      audit.reopen();
      if (config.tls !== undefined) renewTls(network, config.tls);
    },
    close: async () => {
      await Promise.all([network, machine].map(closeServer));
      await seal.seal();
      audit.close();
      unlock();
    },
  };
}

function gaugesOf(seal: Seal): readonly Gauge[] {
  const perVersion = (): Map<string, number> => {
    const opened = seal.opened();
    if (opened === null) return new Map();
    const rings = [...opened.store.state().rings.values()];
    return new Map(
      rings.flatMap((ring) =>
        [...ring.versions.keys()].map((version): [string, number] => [
          `key="${ring.name}",version="${version}"`,
          opened.budget.spent(ring, version),
        ]),
      ),
    );
  };
  const one = (value: number) => new Map([["", value]]);
  return [
    {
      name: "portafilter_keyserver_sealed",
      help: "1 while the keys are not in memory.",
      read: () => one(seal.opened() === null ? 1 : 0),
    },
    {
      name: "portafilter_keyserver_store_generation",
      help: "Changes the key store has seen.",
      read: () => one(seal.opened()?.store.generation() ?? 0),
    },
    {
      name: "portafilter_keyserver_encryptions",
      help: "Encryptions accounted for, by key version; rotate long before 2^32.",
      read: perVersion,
    },
    {
      name: "portafilter_keyserver_resident_bytes",
      help: "Memory of the process.",
      read: () => one(process.memoryUsage.rss()),
    },
  ];
}

function listen(server: Server, where: { path: string } | { host: string; port: number }) {
  return new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Lets requests under way finish, for a while, and closes the connections that wait for more. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => {
      server.closeIdleConnections();
    }, 50);
    const late = setTimeout(() => {
      server.closeAllConnections();
    }, closingTime);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      resolve();
    });
  });
}

function addressOf(server: Server, config: KeyServerConfig): string {
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : config.port;
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  return `${config.tls === undefined ? "http" : "https"}://${host}:${port}`;
}
