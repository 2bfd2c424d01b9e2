import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, revealed, stored, used } from "./testing/world.ts";

/** The key server answers with a key, and it is another one. */
describeDatabases("a key server that lies", (open) => {
  test("once at an account's first write costs nothing that was acknowledged", async () => {
    const w = await createWorld(await open());
    const { state } = w.keys;
    for (const [index, user] of ["ada", "bob"].entries()) {
      // The first answer is the proof that the key comes back, the second is the key to write with.
      state.lies.add(state.unwrapped + 1 + index);
      const made = await w.ask(user, "POST", "/secrets", { name: "KEY", value: "one" });
      expect(made.code).toBe(index === 0 ? "secret_unavailable" : undefined);
      await stored(w, user, "OTHER", "two");
      const cold = await w.another();
      const list = await listed(cold, user);
      expect(list.map(({ name }) => name)).toEqual(index === 0 ? ["OTHER"] : ["KEY", "OTHER"]);
      for (const { id, name } of list) {
        expect(await revealed(cold, user, id)).toBe(name === "KEY" ? "one" : "two");
      }
    }
  });

  test("once is asked again, before anything is called tampering", async () => {
    const w = await createWorld(await open());
    const id = await stored(w, "ada", "KEY", "one");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until: null });
    const lieOnce = () => w.keys.state.lies.add(w.keys.state.unwrapped + 1);
    const cold = await w.another();
    lieOnce();
    expect(await revealed(cold, "ada", id)).toBe("one");
    // The list is known here, so nothing but the value would show the wrong key.
    cold.dataKeys.drop("ada");
    lieOnce();
    expect(await used(cold, "ada", "app-1", "KEY")).toBe("granted one");
    cold.dataKeys.drop("ada");
    lieOnce();
    expect((await cold.ask("ada", "POST", "/secrets", { name: "NEW", value: "1" })).status).toBe(
      200,
    );
    expect(await listed(await w.another(), "ada")).toHaveLength(2);
    expect(await w.audited("ada")).not.toContain("integrity_failure");
  });

  test("and goes on lying is refused, and all is well when it is honest", async () => {
    const w = await createWorld(await open());
    const id = await stored(w, "ada", "KEY", "one");
    const cold = await w.another();
    const { lies, unwrapped } = w.keys.state;
    for (let nth = 1; nth <= 4; nth++) lies.add(unwrapped + nth);
    expect(await revealed(cold, "ada", id)).toBe("integrity_failure");
    const made = await cold.ask("ada", "POST", "/secrets", { name: "NEW", value: "1" });
    expect(made.code).toBe("integrity_failure");
    expect(await revealed(cold, "ada", id)).toBe("one");
    expect(await listed(cold, "ada")).toMatchObject([{ name: "KEY", damaged: false }]);
  });
});
