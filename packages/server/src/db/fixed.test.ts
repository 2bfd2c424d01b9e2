import { sql } from "kysely";
import { expect, test } from "vitest";
import { fixed } from "./fixed.ts";
import { describeDatabases } from "./testing.ts";

describeDatabases("a fixed statement", (open) => {
  test("is run with the parameters of each call, and never with more or fewer", async () => {
    const { kysely, transaction } = await open();
    const difference = fixed(sql<{ n: number }>`select ${null}::int4 - ${null}::int4 as n`);
    expect(await difference(kysely, 5, 3)).toEqual([{ n: 2 }]);
    expect(await transaction((tx) => difference(tx, 1, 3))).toEqual([{ n: -2 }]);
    await expect(difference(kysely, 5)).rejects.toThrow("parameters");
    await expect(difference(kysely, 5, 3, 1)).rejects.toThrow("parameters");
  });
});
