import type { TestPostgres } from "../packages/server/src/db/testing/postgres.ts";
import { addAccounts } from "./store-people.ts";

/** What belongs to an account, in an order that foreign keys allow; `id` is whose secret a row is of. */
const tables = [
  { table: "data_key" },
  { table: "secret_contents" },
  { table: "secret", id: "id" },
  { table: "secret_version", id: "secret_id" },
  { table: "secret_grant", id: "secret_id" },
  { table: "audit" },
  { table: "audit_head" },
] as const;

/**
 * Adds people `count` to `to` as copies of those from 0 to `count`, by SQL: rows of another account's would
 * be refused, but nobody asks for them. They are there to be in the way, as those of people who are away.
 */
export async function addCopies(
  postgres: TestPostgres,
  database: string,
  count: number,
  to: number,
): Promise<void> {
  await postgres.query("analyze", database);
  for (let from = count; from < to; from += count) {
    const copies = Math.min(count, to - from);
    await addAccounts(postgres, database, from, from + copies);
    for (const { table, ...rest } of tables) {
      const id = "id" in rest ? rest.id : undefined;
      const found = await postgres.query(
        `select column_name as name from information_schema.columns where table_name = '${table}'`,
        database,
      );
      const columns = found.map(({ name }) => String(name));
      const values = columns.map((column) => {
        if (column === "user_id") return `'person' || (p.n + ${from})`;
        return column === id ? `left(md5(t.${id} || '${from}'), 22)` : `t.${column}`;
      });
      const joined = columns.includes("user_id")
        ? `join ${table} t on t.user_id = 'person' || p.n`
        : `join secret s on s.user_id = 'person' || p.n join ${table} t on t.${id ?? ""} = s.id`;
      await postgres.query(
        `insert into ${table} (${columns.join(", ")}) select ${values.join(", ")}
         from generate_series(0, ${copies - 1}) as p(n) ${joined}`,
        database,
      );
    }
  }
}
