import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { describeDatabases } from "../db/testing.ts";
import { createDataKeyCache } from "../keys/data-key-cache.ts";
import { createDataKeys } from "../keys/data-keys.ts";
import { KeyServerError } from "../keys/failure.ts";
import { createWorld, revealed, stored } from "./testing/world.ts";

/** A key server that can be told to wrap a key anew, and knows the old wrapping no more. */
function rewrappingKeyServer() {
  const keys = new Map<string, Uint8Array>();
  return {
    rewrap(old: string): string {
      const key = keys.get(old);
      if (key === undefined) throw new Error("nothing was wrapped so");
      keys.delete(old);
      keys.set("vault:v2:anew", key);
      return "vault:v2:anew";
    },
    dataKeys: () =>
      createDataKeys(
        {
          wrap: (_, bytes) => {
            const wrapped = `vault:v1:${crypto.randomUUID()}`;
            keys.set(wrapped, Uint8Array.from(bytes));
            return Promise.resolve({ wrapped, version: 1 });
          },
          unwrap: ({ wrapped }) => {
            const key = keys.get(wrapped);
            if (key === undefined) return Promise.reject(new KeyServerError("not_authentic"));
            return Promise.resolve(Uint8Array.from(key));
          },
        },
        createDataKeyCache({ keys: 10, age: 60_000 }),
      ),
  };
}

async function scene(db: Database) {
  const server = rewrappingKeyServer();
  const w = await createWorld(db, server.dataKeys);
  const id = await stored(w, "ada", "KEY", "one");
  const change = async (on = w) => {
    const answer = await on.ask("ada", "POST", `/secrets/${id}/versions`, { value: "two" });
    return answer.code;
  };
  return { server, w, id, change };
}

describeDatabases("a head that a server has in memory, and whose key it has not", (open) => {
  test("is no way round a key that was wrapped anew", async () => {
    const { server, w, id, change } = await scene(await open());
    const [row] = await w.db.kysely.selectFrom("data_key").select("wrapped").execute();
    const wrapped = server.rewrap(row?.wrapped ?? "");
    await w.db.kysely.updateTable("data_key").set({ wrapped }).execute();
    for (let n = 0; n < 2; n += 1) {
      w.dataKeys.drop("ada");
      expect(await change()).toBeUndefined();
      w.dataKeys.drop("ada");
      expect(await revealed(w, "ada", id)).toBe("two");
    }
    expect(await w.audited("ada")).not.toContain("integrity_failure");
  });

  test.each([
    ["put under another one", sql`update data_key set wrapped = 'vault:v1:other'`],
    [
      "cut out",
      sql`alter table secret_contents drop constraint secret_contents_user_id_dek_id_fkey`,
    ],
  ])("takes no secret under a key that was %s", async (what, tamper) => {
    const { w, change } = await scene(await open());
    await tamper.execute(w.db.kysely);
    if (what === "cut out") await w.db.kysely.deleteFrom("data_key").execute();
    w.dataKeys.drop("ada");
    expect(await change()).toBe("integrity_failure");
    const [row] = await w.db.kysely.selectFrom("secret").select("latest").execute();
    expect(row?.latest).toBe(1);
  });
});
