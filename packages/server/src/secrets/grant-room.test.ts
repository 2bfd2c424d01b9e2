import { limits } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, stored, used, type World } from "./testing/world.ts";

/** Gives so many grants, of as few secrets as can be. */
async function fill(w: World, count: number): Promise<void> {
  const grants = Array.from({ length: count }, (_, n) => ({
    app: `app-${n % limits.grantsPerSecret}`,
    name: `S${Math.floor(n / limits.grantsPerSecret)}`,
  }));
  const secrets = [...new Set(grants.map(({ name }) => name))].map((name) => ({
    name,
    value: "v",
  }));
  const merge = { mergeId: crypto.randomUUID(), secrets, grants };
  expect((await w.ask("ada", "POST", "/merge", merge)).status).toBe(200);
}

const countOf = async (w: World) => {
  const list = await listed(w, "ada");
  expect(list.filter(({ damaged }) => damaged)).toEqual([]);
  return list.reduce((sum, { grants }) => sum + grants.length, 0);
};

describeDatabases("grants of one account", (open) => {
  test("D10: there are so many at most, whoever gives them", { timeout: 60_000 }, async () => {
    const w = await createWorld(await open());
    await fill(w, limits.grantsPerUser);
    const secretId = await stored(w, "ada", "NEW", "value");
    const give = (app: string, end: string | null = null, id = secretId) =>
      w.ask("ada", "POST", "/grants", { app, secretId: id, until: end });
    expect(await give("app-1")).toMatchObject({ status: 409, code: "grant_limit" });
    const allowed = { app: "app-1", name: "OTHER", value: "typed", until: null };
    expect((await w.ask("ada", "POST", "/secrets/allow", allowed)).code).toBe("grant_limit");
    expect(await used(w, "ada", "app-1", "OTHER")).toBe("unknown");
    // What is no more than before goes on.
    const first = (await listed(w, "ada")).find(({ name }) => name === "S0")?.id ?? "";
    const end = new Date(w.clock.now + 60_000).toISOString();
    expect((await give("app-7", end, first)).status).toBe(200);
    expect((await give("another", null, first)).status).toBe(200);
    expect(await countOf(w)).toBe(limits.grantsPerUser);

    await w.ask("ada", "POST", "/grants/revoke", { app: "app-7", secretId: first });
    const merge = {
      mergeId: crypto.randomUUID(),
      secrets: [{ name: "TAB", value: "tab" }],
      grants: [
        { app: "app-1", name: "TAB" },
        { app: "app-2", name: "TAB" },
      ],
    };
    expect((await w.ask("ada", "POST", "/merge", merge)).body).toMatchObject({ moved: ["TAB"] });
    expect(await used(w, "ada", "app-1", "TAB")).toBe("granted tab");
    expect(await used(w, "ada", "app-2", "TAB")).toBe("known");
    expect(await countOf(w)).toBe(limits.grantsPerUser);
    expect((await give("app-1")).code).toBe("grant_limit");
    const bobs = await stored(w, "bob", "KEY", "value");
    const grant = { app: "app-1", secretId: bobs, until: null };
    expect((await w.ask("bob", "POST", "/grants", grant)).status).toBe(200);
  });

  test("those that ended make room for others", { timeout: 60_000 }, async () => {
    const w = await createWorld(await open());
    await fill(w, limits.grantsPerUser - 2);
    const [ending, lasting] = [await stored(w, "ada", "A"), await stored(w, "ada", "B")];
    const until = new Date(w.clock.now + 1_000).toISOString();
    for (const app of ["app-1", "app-2"]) {
      await w.ask("ada", "POST", "/grants", { app, secretId: ending, until });
    }
    const give = (app: string) =>
      w.ask("ada", "POST", "/grants", { app, secretId: lasting, until: null });
    expect((await give("app-1")).code).toBe("grant_limit");
    w.clock.now += 1_000;
    for (const app of ["app-1", "app-2"]) expect((await give(app)).status).toBe(200);
    expect((await give("app-3")).code).toBe("grant_limit");
    expect(await countOf(w)).toBe(limits.grantsPerUser);
    expect(await used(w, "ada", "app-2", "B")).toBe("granted value");
  });
});
