import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PostgresDialect, sql } from "kysely";
import { createGate } from "../gate.ts";
import type { PGliteConfig } from "./config.ts";
import type { Database } from "./database-port.ts";
import { durableFiles, durableStart, syncAll, syncOne } from "./durable-files.ts";
import { faultOf, UnusableDatabase } from "./faults.ts";
import { lockFolder } from "./folder-lock.ts";
import { migrate } from "./migrate.ts";
import { type InTurn, oneConnection } from "./pglite-connection.ts";
import { type Life, type OnEnd, watchOver } from "./pglite-life.ts";
import type { Tables } from "./tables.ts";
import { guarded, inTransaction } from "./transactions.ts";
import { plainName } from "./values.ts";

/**
 * Opens PGlite in a folder, which is this process's alone until it is closed, and makes the migrations
 * that are missing. What is committed is on the disk.
 * @param onEnd - told when the database gave up, as with a full disk: everything is refused from then
 * on, and only a new start helps.
 * @throws UnusableDatabase when another process has the folder, when what is in it cannot be used, or
 * when it gives up meanwhile.
 */
export async function openPGlite(
  config: PGliteConfig,
  onEnd: OnEnd = () => undefined,
): Promise<Database> {
  let ended: UnusableDatabase | undefined;
  const database = await openUnmigrated(config, (reason) => {
    ended = reason;
    onEnd(reason);
  });
  try {
    await migrate(database.kysely);
    return database;
  } catch (error) {
    await database.close();
    throw ended ?? error;
  }
}

/**
 * The same, whatever the tables are.
 * @throws UnusableDatabase as `openPGlite`.
 */
export async function openUnmigrated({ folder }: PGliteConfig, onEnd?: OnEnd): Promise<Database> {
  const letGo = lockFolder(folder);
  try {
    const database = databaseOn(await openFiles(folder), onEnd);
    const close = async () => {
      await database.close();
      letGo();
    };
    return { ...database, close };
  } catch (error) {
    letGo();
    throw error;
  }
}

async function openFiles(folder: string): Promise<PGlite> {
  let why = "";
  // At the start there is nobody to answer to: what it ends with, PostgreSQL writes down.
  const onStderr = (line: string) => {
    const words = /(?:FATAL|PANIC): +(.+)$/.exec(line)?.[1];
    if (words !== undefined) why = `: ${words}`;
    return false;
  };
  try {
    if (!existsSync(folder)) await makeFiles(folder, onStderr);
    return await startOn(folder, onStderr);
  } catch (cause) {
    throw new UnusableDatabase(`The database in ${folder} cannot be opened${why}.`, { cause });
  }
}

type OnStderr = (line: string) => boolean;

/** Makes a new database beside its place, so that a process killed halfway leaves none that cannot be opened. */
async function makeFiles(folder: string, onStderr: OnStderr): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await (await startOn(unfinished, onStderr)).close();
  await syncAll(unfinished);
  await rename(unfinished, folder);
  await syncOne(dirname(folder));
}

function startOn(folder: string, onStderr: OnStderr): Promise<PGlite> {
  return PGlite.create({ fs: durableFiles(folder), startParams: durableStart, onStderr });
}

/** The database on a PGlite that is open. Closing it closes the PGlite. */
export function databaseOn(pglite: PGlite, onEnd: OnEnd = () => undefined): Database {
  const life = watchOver(pglite, onEnd);
  const inTurn = createGate(1);
  const close = () =>
    inTurn(async () => {
      if (life.ended() === undefined && !pglite.closed) await pglite.close();
    });
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guarded(oneConnection(pglite, life, inTurn, close)) }),
  });
  return {
    kysely,
    transaction: (work) => inTransaction(kysely, work),
    // Nothing is lost on the way: it is this process that notifies.
    listen: (channel, on) => listenOn(pglite, life, inTurn, plainName(channel), on),
    poolState: () => undefined,
    isReady: () =>
      sql`select 1`.execute(kysely).then(
        () => true,
        () => false,
      ),
    async close() {
      await kysely.destroy();
      // Kysely closes only what it has used.
      await close();
    },
  };
}

/** In turn, since what is listened to inside somebody's transaction is not if that is given up. */
async function listenOn(
  pglite: PGlite,
  life: Life,
  inTurn: InTurn,
  channel: string,
  on: (payload: string) => void,
): Promise<() => Promise<void>> {
  const stop = await inTurn(() => pglite.listen(channel, on)).catch((error: unknown) => {
    throw faultOf(error);
  });
  return () =>
    inTurn(async () => {
      if (life.ended() === undefined) await stop();
    });
}
