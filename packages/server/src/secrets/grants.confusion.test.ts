import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, stored, used } from "./testing/world.ts";

describeDatabases("attack B5, a grant is taken for another one", (open) => {
  const world = async () => createWorld(await open());

  test("a copy of an app with a changed line is another app, and so is one whose id is nearly the same", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one");
    await w.ask("ada", "POST", "/grants", { app: "s1", secretId: id, until: null });
    expect(await used(w, "ada", "s1", "KEY")).toBe("granted one");
    for (const app of ["s11", "s", "s1-", "s2"]) {
      expect(await used(w, "ada", app, "KEY")).not.toContain("granted");
    }
  });

  test("another person's grant for the same app and name is not inherited", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "of ada");
    await stored(w, "bob", "KEY", "of bob");
    await w.ask("ada", "POST", "/grants", { app: "s1", secretId: id, until: null });
    expect(await used(w, "bob", "s1", "KEY")).toBe("known");
  });

  test("a secret that is deleted and made again under its name begins without grants", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one");
    await w.ask("ada", "POST", "/grants", { app: "s1", secretId: id, until: null });
    await w.ask("ada", "DELETE", `/secrets/${id}`);
    expect(await stored(w, "ada", "KEY", "two")).not.toBe(id);
    expect(await used(w, "ada", "s1", "KEY")).toBe("known");
  });

  test("a grant stays with its secret when names change hands", async () => {
    const w = await world();
    const first = await stored(w, "ada", "KEY", "one");
    await w.ask("ada", "POST", "/grants", { app: "s1", secretId: first, until: null });
    await w.ask("ada", "PATCH", `/secrets/${first}`, { name: "OLD_KEY" });
    await stored(w, "ada", "KEY", "two");
    expect(await used(w, "ada", "s1", "KEY")).toBe("known");
    expect(await used(w, "ada", "s1", "OLD_KEY")).toBe("granted one");
  });
});
