import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import type { Ports } from "./ports.ts";
import { createWorld, listed, revealed, stored, type World } from "./testing/world.ts";

/** A server of which every transaction waits until the test lets it go, and that counts them. */
async function slowServer(w: World) {
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  const state = { under: 0, most: 0 };
  const transaction: Ports["db"]["transaction"] = async (work) => {
    state.under++;
    state.most = Math.max(state.most, state.under);
    try {
      await held;
      return await w.db.transaction(work);
    } finally {
      state.under--;
    }
  };
  const server = await w.another({ db: { ...w.db, transaction } });
  return {
    server,
    state,
    release: () => {
      release(undefined);
    },
  };
}

describeDatabases("many writes of one account at once", (open) => {
  test("take one connection, of whatever kind they are; those beyond a line are refused", async () => {
    const w = await createWorld(await open());
    const id = await stored(w, "ada", "KEY", "one");
    const { server, state, release } = await slowServer(w);
    const grant = { app: "app-1", secretId: id };
    const merge = { secrets: [{ name: "MERGED", value: "x" }], grants: [] };
    const kinds = (n: number) =>
      [
        ["POST", "/secrets", { name: `N${n}`, value: "x" }],
        ["POST", `/secrets/${id}/versions`, { value: `v${n}` }],
        ["POST", `/secrets/${id}/restore`, { version: 1 }],
        ["PATCH", `/secrets/${id}`, { name: `KEY${n}` }],
        ["DELETE", `/secrets/AAAAAAAAAAAAAAAAAAAAAA`, undefined],
        ["POST", "/grants", { ...grant, until: null }],
        ["POST", "/grants/revoke", grant],
        ["POST", "/secrets/allow", { app: "app-1", name: `A${n}`, value: "x", until: null }],
        ["POST", "/merge", { mergeId: crypto.randomUUID(), ...merge }],
      ] as const;
    const asked = Array.from({ length: 6 }, (_, n) => kinds(n)).flat();
    const all = asked.map(([method, path, body]) => server.ask("ada", method, path, body));
    const refused = await Promise.race(all);
    expect(refused).toMatchObject({ status: 429, code: "rate_limited" });
    const bobs = server.ask("bob", "POST", "/secrets", { name: "KEY", value: "bob's" });
    await expect.poll(() => state.under).toBe(2);
    release();
    expect((await bobs).status).toBe(200);
    const codes = (await Promise.all(all)).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set([undefined, "not_found", "rate_limited"]));
    // Hers and bob's.
    expect(state.most).toBe(2);
    expect(codes.filter((code) => code !== "rate_limited").length).toBeGreaterThan(10);
    expect((await listed(w, "ada")).every(({ damaged }) => !damaged)).toBe(true);
    expect(await revealed(w, "ada", id, 1)).toBe("one");
  });

  test("end with the account: its deletion waits for one of them, and none waits for it for ever", async () => {
    const w = await createWorld(await open());
    await stored(w, "ada", "KEY", "one");
    const { server, state, release } = await slowServer(w);
    const all = Array.from({ length: 10 }, (_, n) =>
      server.ask("ada", "POST", "/secrets", { name: `N${n}`, value: "x" }),
    );
    await expect.poll(() => state.under).toBe(1);
    const deleted = w.db.transaction(async (tx) => {
      await w.secrets.erase(tx, "ada");
      release();
      // As long as a deletion that has more to delete.
      await new Promise((resolve) => setTimeout(resolve, 200));
      await tx.deleteFrom("account").where("id", "=", "ada").execute();
    });
    await deleted;
    for (const { code } of await Promise.all(all)) expect(code).toBe("signed_out");
    expect(await w.db.kysely.selectFrom("secret").selectAll().execute()).toEqual([]);
  });
});
