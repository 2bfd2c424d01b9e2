import { mkdir } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PostgresDialect, type PostgresPoolClient, sql } from "kysely";
import { createGate } from "../gate.ts";
import type { Log } from "../log.ts";
import type { PGliteConfig } from "./config.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import type { Tables } from "./tables.ts";
import { type Connections, guarded, inTransaction } from "./transactions.ts";

/** Opens PGlite in a folder, or in memory, and makes the migrations that are missing. */
export async function openPGlite({ folder }: PGliteConfig, _log: Log): Promise<Database> {
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const pglite = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  const database = databaseOn(pglite);
  await migrate(database.kysely);
  return database;
}

/** The database on a PGlite that is open. */
export function databaseOn(pglite: PGlite): Database {
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guarded(oneConnection(pglite)) }),
  });
  return {
    kysely,
    transaction: (work) => inTransaction(kysely, work),
    listen: async (channel, on) => pglite.listen(`"${channel}"`, on),
    async isReady() {
      return sql`select 1`.execute(kysely).then(
        () => true,
        () => false,
      );
    },
    close: () => kysely.destroy(),
  };
}

/** PGlite has one connection. Who has it keeps it until it is released, so transactions never interleave. */
function oneConnection(pglite: PGlite): Connections {
  const inTurn = createGate(1);
  const query = (text: string, parameters: readonly unknown[]) =>
    pglite.query(text, [...parameters], { parsers: { 20: safeInteger } });
  return {
    connect: () =>
      new Promise((resolve) => {
        void inTurn(
          () =>
            new Promise<void>((release) => {
              resolve({
                query,
                release: () => {
                  release();
                },
              } as unknown as PostgresPoolClient);
            }),
        );
      }),
    end: () => pglite.close(),
  };
}

/** An int8 as a number. @throws RangeError where it would not be exact. */
export function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError("an int8 beyond what a number holds");
  return value;
}
