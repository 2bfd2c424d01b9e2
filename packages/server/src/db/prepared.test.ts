import type { PoolClient } from "pg";
import { expect, test } from "vitest";
import { createPreparing } from "./prepared.ts";

/** A connection that tells under which names it was given statements. */
function connection() {
  const names: (string | undefined)[] = [];
  const query = ({ name }: { name?: string }) => {
    names.push(name);
  };
  return { names, client: { query } as unknown as PoolClient };
}

test("statements are prepared, also those that begin on a new line", () => {
  const { names, client } = connection();
  const { query } = createPreparing()(client);
  for (const text of ["select 1", "\n    with a as (select 1) select 1", "select 1", "begin"]) {
    void query(text, []);
  }
  expect(names).toEqual(["portafilter_0", "portafilter_1", "portafilter_0", undefined]);
});
