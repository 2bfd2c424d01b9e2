import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PostgresDialect, type PostgresPoolClient, sql } from "kysely";
import { createGate } from "../gate.ts";
import type { PGliteConfig } from "./config.ts";
import type { Database } from "./database-port.ts";
import { durableFiles, durableStart, syncAll, syncOne } from "./durable-files.ts";
import { UnusableDatabase } from "./faults.ts";
import { lockFolder } from "./folder-lock.ts";
import { migrate } from "./migrate.ts";
import type { Tables } from "./tables.ts";
import { type Connections, guarded, inTransaction } from "./transactions.ts";
import { int8, plainName, safeInteger } from "./values.ts";

/**
 * Opens PGlite in a folder, which is this process's alone until it is closed, and makes the migrations
 * that are missing. What is committed is on the disk.
 * @throws UnusableDatabase when another process has the folder, or what is in it cannot be used.
 */
export async function openPGlite(config: PGliteConfig): Promise<Database> {
  const database = await openUnmigrated(config);
  try {
    await migrate(database.kysely);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * The same, whatever the tables are.
 * @throws UnusableDatabase as `openPGlite`.
 */
export async function openUnmigrated({ folder }: PGliteConfig): Promise<Database> {
  const letGo = lockFolder(folder);
  try {
    const database = databaseOn(await openFiles(folder));
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
  try {
    if (!existsSync(folder)) await makeFiles(folder);
    return await startOn(folder);
  } catch (cause) {
    throw new UnusableDatabase(`The database in ${folder} cannot be opened.`, { cause });
  }
}

/** Makes a new database beside its place, so that a process killed halfway leaves none that cannot be opened. */
async function makeFiles(folder: string): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await (await startOn(unfinished)).close();
  await syncAll(unfinished);
  await rename(unfinished, folder);
  await syncOne(dirname(folder));
}

function startOn(folder: string): Promise<PGlite> {
  return PGlite.create({ fs: durableFiles(folder), startParams: durableStart });
}

/** The database on a PGlite that is open. Closing it closes the PGlite. */
export function databaseOn(pglite: PGlite): Database {
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guarded(oneConnection(pglite)) }),
  });
  return {
    kysely,
    transaction: (work) => inTransaction(kysely, work),
    // Nothing is lost on the way: it is this process that notifies.
    listen: (channel, on) => pglite.listen(plainName(channel), on),
    poolState: () => undefined,
    isReady: () =>
      sql`select 1`.execute(kysely).then(
        () => true,
        () => false,
      ),
    async close() {
      await kysely.destroy();
      // Kysely closes only what it has used.
      if (!pglite.closed) await pglite.close();
    },
  };
}

/** PGlite has one connection. Who has it keeps it until it is released, so transactions never interleave. */
function oneConnection(pglite: PGlite): Connections {
  const inTurn = createGate(1);
  const parsers = { [int8]: safeInteger };
  const query = (text: string, parameters: readonly unknown[]) =>
    pglite.query(text, [...parameters], { parsers });
  return {
    connect: () =>
      new Promise((resolve) => {
        const held = () =>
          new Promise<void>((release) => {
            const own = query as unknown as PostgresPoolClient["query"];
            resolve({
              query: own,
              release: () => {
                release();
              },
            });
          });
        void inTurn(held);
      }),
    end: () => pglite.close(),
  };
}
