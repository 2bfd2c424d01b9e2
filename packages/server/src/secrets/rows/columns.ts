import { sql } from "kysely";

/** Where a record's salt is (packages/envelope), for `substring`. */
const salt = { from: 23, length: 32 };

export const saltOf = (record: string) =>
  sql`substring(${sql.ref(record)} from ${sql.lit(salt.from)} for ${sql.lit(salt.length)})`;

/** Of the record in use. */
export const latestSalt = saltOf("l.record");

/**
 * A digest of all that is held against the head when a secret is used, and of the head: the same mark, the
 * same rows. What only people read is not in it. `c` is the head, `k` its data key, `s` the secret, `l` its
 * version in use.
 */
export const mark = sql`encode(sha256(convert_to(json_build_array(
    c.edition, ${saltOf("c.record")}, c.dek_id, k.wrapped,
    s.id, s.name, s.latest, s.oldest, ${latestSalt},
    (select json_agg(json_build_array(m.app, m.until) order by m.app)
      from secret_grant m where m.user_id = s.user_id and m.secret_id = s.id))::text, 'UTF8')), 'hex')`;
