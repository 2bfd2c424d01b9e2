import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Accounts, ways to sign in, sessions, passkeys, links and challenges. */
export const accounts: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table account (
        id text primary key,
        email text not null unique,
        email_verified boolean not null,
        name text not null default '',
        image text,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`.execute(db);
    await sql`
      create table account_identity (
        id text primary key,
        user_id text not null references account (id) on delete cascade,
        provider_id text not null,
        account_id text not null,
        password text,
        access_token text,
        refresh_token text,
        id_token text,
        access_token_expires_at timestamptz,
        refresh_token_expires_at timestamptz,
        scope text,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        unique (provider_id, account_id),
        unique (user_id, provider_id),
        -- better-auth has columns for them; we have no use for a provider's tokens, and keep none.
        check (coalesce(access_token, refresh_token, id_token) is null)
      )`.execute(db);
    await sql`
      create table account_session (
        id text primary key,
        user_id text not null references account (id) on delete cascade,
        token_hash bytea not null unique,
        device text,
        created_at timestamptz not null,
        confirmed_at timestamptz not null,
        seen_at timestamptz not null
      )`.execute(db);
    await sql`create index account_session_user on account_session (user_id)`.execute(db);
    await sql`
      create table account_passkey (
        id text primary key,
        user_id text not null references account (id) on delete cascade,
        name text,
        public_key text not null,
        credential_id text not null unique,
        -- 32 bits without a sign, and a number to the driver
        counter double precision not null,
        device_type text not null,
        backed_up boolean not null,
        transports text,
        created_at timestamptz,
        aaguid text
      )`.execute(db);
    await sql`create index account_passkey_user on account_passkey (user_id)`.execute(db);
    await sql`
      create table account_link (
        token_hash bytea primary key,
        purpose text not null,
        user_id text references account (id) on delete cascade,
        email text,
        password text,
        created_at timestamptz not null,
        expires_at timestamptz not null
      )`.execute(db);
    await sql`create index account_link_user on account_link (user_id)`.execute(db);
    await sql`create index account_link_expiry on account_link (expires_at)`.execute(db);
    await sql`
      create table account_challenge (
        id text primary key,
        identifier text not null,
        value text not null,
        expires_at timestamptz not null,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`.execute(db);
    await sql`create index account_challenge_identifier on account_challenge (identifier)`.execute(
      db,
    );
    await sql`create index account_challenge_expiry on account_challenge (expires_at)`.execute(db);
  },
};
