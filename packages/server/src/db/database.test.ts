import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeDatabases } from "./testing.ts";

describeDatabases("values", (open) => {
  test("bytes, times and large numbers come back as they went in", async () => {
    const { kysely } = await open();
    const at = new Date("2026-11-25T12:34:56.789Z");
    const bytes = new Uint8Array([0, 1, 0x5c, 0xff]);
    const { rows } = await sql<{ b: Uint8Array; t: Date; n: number; none: null }>`
      select ${bytes}::bytea as b, ${at}::timestamptz as t, ${2 ** 53 - 1}::int8 as n, ${null}::text as none
    `.execute(kysely);
    const [row] = rows;
    expect(new Uint8Array(row?.b ?? [])).toEqual(bytes);
    expect(row?.b).toBeInstanceOf(Uint8Array);
    expect(row?.t).toEqual(at);
    expect(row?.n).toBe(2 ** 53 - 1);
    expect(row?.none).toBeNull();
  });
});
