import type { CompiledQuery, Kysely, RawBuilder } from "kysely";
import type { Tables } from "./tables.ts";

/**
 * A statement whose text is always the same, compiled when it is first run: for those that nearly every
 * request makes. A text that is built anew each time is also searched anew among the prepared ones.
 * @param statement - with anything where its parameters are, each of which stands in it once.
 */
export function fixed<Row>(statement: RawBuilder<Row>) {
  let compiled: CompiledQuery<Row> | undefined;
  return async (db: Kysely<Tables>, ...parameters: readonly unknown[]): Promise<Row[]> => {
    compiled ??= statement.compile(db);
    if (parameters.length !== compiled.parameters.length)
      throw new Error("as many parameters as the statement has");
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters });
    return rows;
  };
}
