import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The table of rate limits that servers share. */
export const rateLimits: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`
      create table rate_limits (
        key bytea primary key,
        attempts integer not null,
        blocked_until timestamptz not null,
        expires_at timestamptz not null
      )`.execute(db);
    await db.schema
      .createIndex("rate_limits_expires_at")
      .on("rate_limits")
      .column("expires_at")
      .execute();
  },
};
