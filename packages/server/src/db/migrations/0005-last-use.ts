import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** When a secret was last used stays known after the grant it was used by is gone. */
export const lastUse: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table secret add column last_used_at timestamptz`.execute(db);
  },
};
