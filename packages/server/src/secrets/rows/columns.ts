import { type RawBuilder, sql } from "kysely";

/** Where a record's salt is (packages/envelope), for `substring`. */
const salt = { from: 23, length: 32 };

export const saltOf = (record: string) =>
  sql`substring(${sql.ref(record)} from ${sql.lit(salt.from)} for ${sql.lit(salt.length)})`;

/** Of the record in use. */
export const latestSalt = saltOf("l.record");

/**
 * -1 for `infinity`, and for years that ISO 8601 has no four digits for. We write none of them: the first is
 * no number and would fail the whole statement, the others the whole answer.
 */
export const milliseconds = (column: string) => sql`
  case when ${sql.ref(column)} < timestamptz '0001-01-01 00:00:00+00'
    or ${sql.ref(column)} >= timestamptz '10000-01-01 00:00:00+00' then -1
    else floor(extract(epoch from ${sql.ref(column)}) * 1000)::bigint end`;

/** A field behind its length, as `digestOf` has it. */
const field = (text: RawBuilder<unknown>) =>
  sql`int4send(octet_length(${text})) || convert_to(${text}, 'UTF8')`;

/**
 * `digestOf` in contents.ts, as a condition can have it: of the secret `s`, its record in use `l` and, all of
 * them, its grants.
 * @param grants - {@link grantFields}
 */
export const digest = (grants: string) => sql`sha256(
    ${field(sql`s.name`)} || int4send(${sql.lit(salt.length)}) || ${latestSalt} || coalesce(${sql.ref(grants)}, ''))`;

/** Aggregate of grants `m`, for {@link digest}. */
export const grantFields = sql`string_agg(
    ${field(sql`m.app`)} || ${field(sql`(
      case when m.until is null then '' else (${milliseconds("m.until")})::text end
        || coalesce(' ' || m.loads, ''))`)},
    ''::bytea order by m.app collate "C")`;
