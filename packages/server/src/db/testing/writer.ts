import { sql } from "kysely";
import { openPGlite } from "../pglite.ts";

/**
 * Writes rows to the database in the folder named by its argument, each in a transaction of its own of
 * two statements, and tells the number of each once it is committed. Until it is killed.
 */
const { kysely, transaction } = await openPGlite({ kind: "pglite", folder: process.argv[2] ?? "" });
await sql`create table if not exists written (n int8 primary key, pad bytea not null)`.execute(
  kysely,
);
await sql`create table if not exists counted (one bool primary key, n int8 not null)`.execute(
  kysely,
);
const { rows } = await sql<{ n: number | null }>`select max(n) as n from written`.execute(kysely);
for (let n = (rows[0]?.n ?? 0) + 1; ; n += 1) {
  await transaction(async (tx) => {
    await sql`insert into written values (${n}, ${Buffer.alloc(2_000, n)})`.execute(tx);
    await sql`insert into counted values (true, ${n}) on conflict (one) do update set n = ${n}`.execute(
      tx,
    );
  });
  process.stdout.write(`${n}\n`);
}
