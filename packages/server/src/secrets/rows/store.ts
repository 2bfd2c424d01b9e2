import { limits } from "@portafilter/protocol";
import { type RawBuilder, sql } from "kysely";
import { sessionStands } from "../../accounts/sessions/store.ts";
import { fixed } from "../../db/fixed.ts";
import type { StoredDek } from "../../keys/data-keys.ts";
import type { Db } from "../store.ts";
import { latestSalt, milliseconds, saltOf } from "./columns.ts";

/** The version head as it is stored. `record` is null when its salt is the one that the caller knows. */
export type HeadRow = Readonly<{
  dek: StoredDek;
  edition: number;
  salt: Uint8Array;
  record: Uint8Array | null;
}>;

/** A grant; moments in milliseconds of the epoch. */
export type GrantRow = Readonly<{
  app: string;
  until: number | null;
  loads: string | null;
  createdAt: number;
  lastUsedAt: number | null;
}>;

/** What the rows say about a secret. Nothing of it was verified. */
export type SecretRow = Readonly<{
  id: string;
  name: string;
  latest: number;
  oldest: number;
  /** Of the record in use; null where there is none. */
  salt: Uint8Array | null;
  grants: readonly GrantRow[];
}>;

/** What the list needs besides. */
export type ListedRow = SecretRow &
  Readonly<{
    createdAt: number;
    updatedAt: number;
    /** By grants that are gone. */
    lastUsedAt: number | null;
    /** Version rows, the first and the last of them. */
    kept: number;
    first: number | null;
    last: number | null;
  }>;

/** One user's head, seen at one moment together with everything else that the statement read. */
export type Seen = Readonly<{
  head: HeadRow | null;
  /** Whether there are rows that cannot be without a head. */
  hasLeftovers: boolean;
}>;

export type SeenSecret = Seen &
  Readonly<{
    secret: SecretRow | null;
    /** Of the version asked for; null where there is none. */
    record: Uint8Array | null;
    /** Kept versions and when they were made, newest first, where they were asked for. */
    versions: readonly (readonly [number, number])[];
  }>;

type HeadColumns = {
  dek_id: Uint8Array | null;
  wrapped: string | null;
  edition: number | null;
  head_salt: Uint8Array | null;
  head_record: Uint8Array | null;
  leftovers: boolean;
};

/** In place of a parameter, what stands for it in a larger statement. */
type Or<T> = T | RawBuilder<T>;

/** A head's record, or null where its salt is the one that is known already. */
export const unlessKnown = (record: string, known: Or<Uint8Array | null>) =>
  sql`case when ${saltOf(record)} = ${known}::bytea then null else ${sql.ref(record)} end`;

const headColumns = (known: Or<Uint8Array | null>) => sql`
  c.dek_id, k.wrapped, c.edition, ${saltOf("c.record")} as head_salt,
  ${unlessKnown("c.record", known)} as head_record,
  c.user_id is null and (
    exists (select from data_key x where x.user_id = u.id) or
    exists (select from secret x where x.user_id = u.id)
  ) as leftovers`;
const headTables = (userId: Or<string>) => sql`
  (select ${userId}::text as id) u
  left join secret_contents c on c.user_id = u.id
  left join data_key k on k.user_id = c.user_id and k.dek_id = c.dek_id`;
export const latestVersion = sql`
  left join secret_version l on l.secret_id = s.id and l.version = s.latest`;
export const grantsColumn = sql`
  (select coalesce(json_agg(json_build_array(g.app, ${milliseconds("g.until")},
      ${milliseconds("g.created_at")}, ${milliseconds("g.last_used_at")}, g.loads) order by g.app), '[]')
    from secret_grant g where g.user_id = s.user_id and g.secret_id = s.id)`;

function readHead(userId: string, row: HeadColumns): Seen {
  const { dek_id, wrapped, edition, head_salt } = row;
  if (dek_id === null || edition === null || head_salt === null) {
    return { head: null, hasLeftovers: row.leftovers };
  }
  // A head whose key is gone: what is no wrapped key is refused as not authentic.
  const dek = { userId, dekId: dek_id, wrapped: wrapped ?? "" };
  return {
    head: { dek, edition, salt: head_salt, record: row.head_record },
    hasLeftovers: false,
  };
}

export type GrantJson = readonly [string, number | null, number, number | null, string | null];
export const readGrants = (json: readonly GrantJson[]): readonly GrantRow[] =>
  json.map(([app, until, createdAt, lastUsedAt, loads]) => {
    return { app, until, loads, createdAt, lastUsedAt };
  });

/** The head alone. */
export async function seeHead(db: Db, userId: string): Promise<Seen> {
  const { rows } =
    await sql<HeadColumns>`select ${headColumns(null)} from ${headTables(userId)}`.execute(db);
  return readHead(userId, only(rows));
}

/** Which secret, and what of it. Without a version, the record in use. */
type Wanted = Readonly<{ id: string; version?: number; versions?: boolean }>;

type SecretColumns = HeadColumns & {
  id: string | null;
  name: string;
  latest: number;
  oldest: number;
  salt: Uint8Array | null;
  record: Uint8Array | null;
  grants: readonly GrantJson[];
  versions: readonly (readonly [number, number])[];
};

/** The statement that sees one secret; always one row. */
const secretOf = (
  userId: Or<string>,
  match: RawBuilder<unknown>,
  known: Or<Uint8Array | null>,
  version?: number,
  versions: RawBuilder<unknown> = sql`'[]'::json`,
) => sql<SecretColumns>`
  select ${headColumns(known)}, s.id, s.name, s.latest, s.oldest, ${latestSalt} as salt,
    ${sql.ref(version === undefined ? "l.record" : "v.record")},
    case when s.id is null then '[]' else ${grantsColumn} end as grants, ${versions} as versions
  from ${headTables(userId)}
  left join secret s on s.user_id = u.id and ${match}
  ${latestVersion}
  ${version === undefined ? sql`` : sql`left join secret_version v on v.secret_id = s.id and v.version = ${version}::bigint`}`;

function readSecret(userId: string, row: SecretColumns): SeenSecret {
  const { id, name, latest, oldest, salt, record, versions } = row;
  const secret =
    id === null ? null : { id, name, latest, oldest, salt, grants: readGrants(row.grants) };
  return { ...readHead(userId, row), secret, record, versions };
}

/** A secret of this user with the head, as of one moment: one statement. */
export async function seeSecret(
  db: Db,
  userId: string,
  wanted: Wanted,
  known: Uint8Array | null,
): Promise<SeenSecret> {
  const versions = wanted.versions
    ? sql`(select coalesce(json_agg(json_build_array(w.version, ${milliseconds("w.created_at")})
        order by w.version desc), '[]') from secret_version w where w.secret_id = s.id)`
    : undefined;
  const match = sql`s.id = ${wanted.id}`;
  const statement = secretOf(userId, match, known, wanted.version, versions);
  const { rows } = await statement.execute(db);
  return readSecret(userId, only(rows));
}

/**
 * A secret that an app asks for by its name, with the digest of what it has loaded. `token`: the hash, in
 * hexadecimal, of the token that is still to be confirmed as this user's; null where it was.
 */
export type Named = Readonly<{
  userId: string;
  token: string | null;
  app: string;
  loads: string;
  name: string;
  known: Uint8Array | null;
  wantsNames: boolean;
}>;

export type SeenNamed = SeenSecret &
  Readonly<{
    /** Whether nothing was to be confirmed, or it was. */
    stands: boolean;
    /** Id and name of every secret, where they are wanted or the head is sent. */
    names: readonly (readonly [string, string])[] | null;
    /** What the app was allowed with, where that is not what it has loaded, as text. */
    before: string | null;
  }>;

/**
 * `limit` lets the database plan the inner statement as it does for one; that of names keeps rows that somebody
 * put there from making others wait.
 */
const secretsAskedFor = fixed(sql<
  SecretColumns & Pick<SeenNamed, "stands" | "names" | "before">
>`select seen.*,
    case when a.wants_names or seen.head_record is not null then (
      select coalesce(json_agg(json_build_array(n.id, n.name)), '[]') from (
        select id, name from secret where user_id = a.user_id and octet_length(name) <= ${sql.lit(limits.secretName)}
        limit ${sql.lit(limits.secretsPerUser)}) n
    ) end as names,
    (select w.loads_list from secret_grant w
      where w.user_id = a.user_id and w.secret_id = seen.id and w.app = a.app
        and w.loads is distinct from a.loads) as before,
    a.token is null or ${sessionStands(sql`a.user_id`, sql`a.token`)} as stands
  from json_to_recordset(${null}::text::json)
    as a(at int, user_id text, token text, app text, loads text, name text, known text,
      wants_names boolean)
  cross join lateral (
    ${secretOf(sql`a.user_id`, sql`s.name = a.name`, sql`decode(a.known, 'hex')`)} limit 1) as seen
  order by a.at`);

/** What `seeSecret` sees, for several who ask at the same moment: one statement, answers in their order. */
export async function seeNamed(db: Db, asked: readonly Named[]): Promise<SeenNamed[]> {
  const items = asked.map(({ userId, token, app, loads, name, known, wantsNames }, at) => {
    const salt = known && Buffer.from(known).toString("hex");
    const who = { at, user_id: userId, token, app, loads };
    return { ...who, name, known: salt, wants_names: wantsNames };
  });
  const rows = await secretsAskedFor(db, JSON.stringify(items));
  return asked.map(({ userId }, at) => {
    const row = only(rows.slice(at, at + 1));
    const { stands, names, before } = row;
    return { ...readSecret(userId, row), stands, names, before };
  });
}

/** The ids of a user's secrets with the head, as of one moment. */
export async function seeIds(
  db: Db,
  userId: string,
  known: Uint8Array | null,
): Promise<Seen & Readonly<{ ids: readonly string[] }>> {
  const { rows } = await sql<HeadColumns & { ids: readonly string[] }>`select ${headColumns(known)},
      (select coalesce(json_agg(s.id), '[]') from secret s where s.user_id = u.id) as ids
    from ${headTables(userId)}`.execute(db);
  const row = only(rows);
  return { ...readHead(userId, row), ids: row.ids };
}

/** Every secret of a user with the head, as of one moment, by name. */
export async function seeAll(
  db: Db,
  userId: string,
  known: Uint8Array | null,
): Promise<Seen & Readonly<{ secrets: readonly ListedRow[] }>> {
  type Item = Omit<ListedRow, "salt" | "grants"> & {
    salt: string | null;
    grants: readonly GrantJson[];
  };
  const { rows } = await sql<
    HeadColumns & { secrets: readonly Item[] }
  >`select ${headColumns(known)}, (
      select coalesce(json_agg(json_build_object(
        'id', s.id, 'name', s.name, 'latest', s.latest, 'oldest', s.oldest,
        'createdAt', ${milliseconds("s.created_at")}, 'updatedAt', ${milliseconds("s.updated_at")},
        'lastUsedAt', ${milliseconds("s.last_used_at")},
        'salt', encode(${latestSalt}, 'hex'), 'grants', ${grantsColumn},
        'kept', n.kept, 'first', n.first, 'last', n.last) order by s.name), '[]')
      from secret s ${latestVersion}
      left join lateral (
        select count(*) as kept, min(version) as first, max(version) as last
        from secret_version w where w.secret_id = s.id) n on true
      where s.user_id = u.id) as secrets
    from ${headTables(userId)}`.execute(db);
  const row = only(rows);
  const secrets = row.secrets.map((item) => ({
    ...item,
    salt: item.salt === null ? null : new Uint8Array(Buffer.from(item.salt, "hex")),
    grants: readGrants(item.grants),
  }));
  return { ...readHead(userId, row), secrets };
}

/** The row of a statement that always has one. */
export function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error("a statement that always has a row had none");
  return row;
}
