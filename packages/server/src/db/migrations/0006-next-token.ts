import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** A sign-in that proved itself again has a second token, until that is first used. */
export const nextToken: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table account_session
        add column next_hash bytea unique,
        add column next_at timestamptz,
        add check ((next_hash is null) = (next_at is null))`.execute(db);
  },
};
