import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Tables of the audit list: rows, the end of each account's chain, and the accounts that are gone. */
export const audit: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema
      .createTable("audit")
      .addColumn("user_id", sql`text collate "C"`, (column) => column.notNull())
      .addColumn("seq", "bigint", (column) => column.notNull())
      .addColumn("at", sql`timestamptz(3)`, (column) => column.notNull())
      .addColumn("action", "text", (column) => column.notNull())
      .addColumn("app", "text")
      .addColumn("secret", "text")
      .addColumn("device", "text")
      .addColumn("mac", "bytea", (column) => column.notNull())
      .addPrimaryKeyConstraint("audit_pkey", ["user_id", "seq"])
      .execute();
    await db.schema
      .createTable("audit_head")
      .addColumn("user_id", sql`text collate "C"`, (column) => column.primaryKey())
      .addColumn("seq", "bigint", (column) => column.notNull())
      .addColumn("mac", "bytea", (column) => column.notNull())
      .addColumn("head_mac", "bytea", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("audit_erased")
      .addColumn("user_id", sql`text collate "C"`, (column) => column.primaryKey())
      .addColumn("at", sql`timestamptz(3)`, (column) => column.notNull())
      .addColumn("mac", "bytea", (column) => column.notNull())
      .execute();
    // Heads change with every event: room on the page lets them do so without touching the index.
    await sql`alter table audit_head set (fillfactor = 50)`.execute(db);
  },
};
