import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Secrets, their versions and grants, data keys and the version head. */
export const secrets: Migration = {
  async up(db: Kysely<unknown>) {
    const statements = [
      sql`create table data_key (
        user_id text not null references account (id) on delete cascade,
        dek_id bytea not null,
        wrapped text not null,
        created_at timestamptz not null,
        primary key (user_id, dek_id)
      )`,
      sql`create table secret_contents (
        user_id text primary key,
        dek_id bytea not null,
        edition integer not null,
        record bytea not null,
        foreign key (user_id, dek_id) references data_key (user_id, dek_id) on delete cascade
      ) with (fillfactor = 70)`,
      sql`create table secret (
        id text primary key,
        user_id text not null references account (id) on delete cascade,
        name text not null collate "C",
        created_at timestamptz not null,
        updated_at timestamptz not null,
        latest integer not null,
        oldest integer not null,
        unique (user_id, name)
      ) with (fillfactor = 90)`,
      sql`create table secret_version (
        secret_id text not null references secret (id) on delete cascade,
        version integer not null,
        record bytea not null,
        created_at timestamptz not null,
        primary key (secret_id, version)
      )`,
      sql`create table secret_grant (
        user_id text not null,
        secret_id text not null references secret (id) on delete cascade,
        app text not null collate "C",
        until timestamptz,
        created_at timestamptz not null,
        last_used_at timestamptz,
        primary key (secret_id, app)
      ) with (fillfactor = 90)`,
      sql`create table secret_merge (
        user_id text not null references account (id) on delete cascade,
        merge_id text not null,
        record bytea not null,
        answer text not null,
        created_at timestamptz not null,
        primary key (user_id, merge_id)
      )`,
      // Ciphertext does not get smaller; stored as it is, a part of it can be read without the rest.
      sql`alter table secret_version alter column record set storage external`,
      sql`alter table secret_contents alter column record set storage external`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};
