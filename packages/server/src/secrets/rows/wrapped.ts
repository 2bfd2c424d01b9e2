import { sql } from "kysely";
import type { Db } from "../store.ts";

/** A wrapped data key with the head that was sealed under it. Nothing of it was verified. */
export type WrappedRow = Readonly<{
  user_id: string;
  dek_id: Uint8Array;
  wrapped: string;
  record: Uint8Array | null;
}>;

/** The rows behind one, in an order that does not change while rows come and go. */
export async function seeWrapped(
  db: Db,
  after: WrappedRow | null,
  most: number,
): Promise<readonly WrappedRow[]> {
  const behind =
    after === null
      ? sql`true`
      : sql`(k.user_id, k.dek_id) > (${after.user_id}, ${Buffer.from(after.dek_id)}::bytea)`;
  const { rows } = await sql<WrappedRow>`select k.user_id, k.dek_id, k.wrapped, c.record
    from data_key k
    left join secret_contents c on c.user_id = k.user_id and c.dek_id = k.dek_id
    where ${behind} order by k.user_id, k.dek_id limit ${sql.lit(most)}`.execute(db);
  return rows;
}

/** @returns how many still held what was read, and now hold the other. */
export async function replaceWrapped(
  db: Db,
  all: readonly Readonly<{ row: WrappedRow; wrapped: string }>[],
): Promise<number> {
  const items = all.map(({ row, wrapped }) => {
    const { user_id, dek_id, wrapped: was } = row;
    return { user_id, dek_id: Buffer.from(dek_id).toString("hex"), was, wrapped };
  });
  const { numAffectedRows } = await sql`update data_key k set wrapped = m.wrapped
    from json_to_recordset(${JSON.stringify(items)}::text::json)
      as m(user_id text, dek_id text, was text, wrapped text)
    where k.user_id = m.user_id and k.dek_id = decode(m.dek_id, 'hex') and k.wrapped = m.was`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0n);
}
