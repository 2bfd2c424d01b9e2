import type { PGlite } from "@electric-sql/pglite";
import type { PostgresPoolClient } from "kysely";
import type { createGate } from "../gate.ts";
import type { Life } from "./pglite-life.ts";
import type { Connections } from "./transactions.ts";
import { int8, safeInteger } from "./values.ts";

/** Runs what uses the one connection, each piece of work after the others. */
export type InTurn = ReturnType<typeof createGate>;

/** PGlite has one connection. Who has it keeps it until it is released, so transactions never interleave. */
export function oneConnection(
  pglite: PGlite,
  life: Life,
  inTurn: InTurn,
  end: () => Promise<void>,
): Connections {
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
                void leaveTransaction(pglite, life).then(release);
              },
            });
          });
        void inTurn(held);
      }),
    end,
  };
}

/**
 * Whoever has the connection next must find no transaction of somebody else. One stays open where its
 * rollback was not sent, because an error before it looked as if the connection had broken; another
 * connection is none to be had. Never rejects: where it cannot be left, nobody has the connection again.
 */
async function leaveTransaction(pglite: PGlite, life: Life): Promise<void> {
  if (life.ended() !== undefined || pglite.closed) return;
  try {
    if (!pglite.isInTransaction()) return;
    await pglite.exec("rollback");
    if (pglite.isInTransaction()) throw new Error("a transaction stays open");
  } catch (error) {
    life.end(error);
  }
}
