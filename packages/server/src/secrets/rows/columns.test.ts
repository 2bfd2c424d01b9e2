import fc from "fast-check";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { digestOf } from "../contents.ts";
import { digest, grantFields } from "./columns.ts";

/** As long as a record's head, with the salt in its place. */
const recordWith = (salt: Uint8Array) => Buffer.concat([Buffer.alloc(22), salt, Buffer.alloc(9)]);

const app = fc.string({
  unit: fc.constantFrom("a", "b", "z", "0", "9", "-", "_", ":", "."),
  minLength: 1,
  maxLength: 70,
});
const until = fc.option(fc.date({ min: new Date(1), max: new Date(8e12), noInvalidDate: true }));
const loads = fc.option(fc.string({ unit: fc.constantFrom("a", "0", " ", "f"), maxLength: 64 }));
const secret = fc.record({
  name: fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "").toWellFormed()),
  salt: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  grants: fc.uniqueArray(fc.record({ app, until, loads }), {
    selector: (one) => one.app,
    maxLength: 6,
  }),
});

describeDatabases("what the head vouches for of a secret", (open) => {
  test("has the same digest in the database as here", async () => {
    const { kysely } = await open();
    const digestIn = async ({
      name,
      salt,
      grants,
    }: typeof secret extends fc.Arbitrary<infer T> ? T : never) => {
      const { rows } = await sql<{ hex: string }>`
        select encode(${digest("g.fields")}, 'hex') as hex
        from (select ${name}::text as name) s, (select ${recordWith(salt)}::bytea as record) l, (
          select ${grantFields} as fields
          from json_to_recordset(${JSON.stringify(grants)}::text::json)
            as m(app text, until timestamptz, loads text)) g`.execute(kysely);
      return rows[0]?.hex;
    };
    await fc.assert(
      fc.asyncProperty(secret, async (one) => {
        const grants = one.grants.map(({ app, until, loads }) => ({
          app,
          loads,
          until: until?.getTime() ?? null,
        }));
        expect(await digestIn(one)).toBe(digestOf({ ...one, grants }));
      }),
    );
  });
});
