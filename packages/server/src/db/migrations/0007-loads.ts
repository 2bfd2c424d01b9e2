import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * What an app loads belongs to what was allowed: the digest of it, and the list itself for people to read.
 * Grants of before have neither, and are asked for again.
 */
export const loads: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table secret_grant
        add column loads text collate "C",
        add column loads_list text`.execute(db);
  },
};
