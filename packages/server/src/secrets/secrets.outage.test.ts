import { afterAll, beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { clientFor } from "../keys/testing/client.ts";
import { type RealKeyServer, startRealKeyServer } from "../keys/testing/real-key-server.ts";
import { createWorld, listed, revealed, stored, used } from "./testing/world.ts";

const merge = () => ({
  mergeId: crypto.randomUUID(),
  secrets: [{ name: "N", value: "canary-2b7d" }],
  grants: [],
});

describeDatabases("without the key server", (open) => {
  test("nothing is stored, nothing is given, and all is well when it is back", async () => {
    const w = await createWorld(await open());
    const id = await stored(w, "ada", "KEY", "one");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until: null });
    const cold = await w.another();
    w.keys.state.isDown = true;
    const value = "canary-2b7d";
    const allow = { app: "app-1", name: "KEY", value, until: null };
    for (const user of ["ada", "bob"]) {
      for (const [path, body] of [
        ["/secrets", { name: "N", value }],
        ["/secrets/allow", allow],
        ["/merge", merge()],
      ] as const) {
        const reply = await cold.ask(user, "POST", path, body);
        expect(reply).toMatchObject({ status: 503, code: "secret_unavailable" });
      }
    }
    expect(await used(cold, "ada", "app-1", "KEY")).toBe("secret_unavailable");
    expect(await revealed(cold, "ada", id)).toBe("secret_unavailable");
    // Whoever has the key in memory goes on.
    expect(await used(w, "ada", "app-1", "KEY")).toBe("granted one");
    w.secrets.forget("ada");
    expect(await used(w, "ada", "app-1", "KEY")).toBe("secret_unavailable");
    const counts = async () =>
      (await w.db.kysely.selectFrom("secret").select("name").execute()).map(({ name }) => name);
    expect(await counts()).toEqual(["KEY"]);
    expect(cold.logged()).not.toContain(value);

    w.keys.state.isDown = false;
    expect(await used(cold, "ada", "app-1", "KEY")).toBe("granted one");
    expect((await cold.ask("bob", "POST", "/merge", merge())).status).toBe(200);
    expect(await listed(cold, "ada")).toMatchObject([{ version: 1, damaged: false }]);
    expect(await w.audited("ada")).not.toContain("integrity_failure");
  });

  test("no transaction waits for it: others go on while one does", async () => {
    const w = await createWorld(await open());
    await stored(w, "ada", "KEY", "one");
    const keys = w.dataKeys;
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    const slow = await createWorldServer();
    const waiting = slow.ask("ada", "POST", "/secrets", { name: "SLOW", value: "x" });
    await expect.poll(() => asked).toBe(1);
    expect((await w.ask("ada", "POST", "/secrets", { name: "FAST", value: "x" })).status).toBe(200);
    expect(slow.isInTransaction()).toBe(false);
    release?.();
    expect((await waiting).status).toBe(200);

    async function createWorldServer() {
      let open = 0;
      const server = await w.another({
        dataKeys: {
          ...keys,
          use: async (stored, work) => {
            asked++;
            if (open === 0) await held;
            return keys.use(stored, work);
          },
        },
        db: {
          ...w.db,
          transaction: async (work) => {
            open++;
            return w.db.transaction(work).finally(() => open--);
          },
        },
      });
      return { ...server, isInTransaction: () => open > 0 };
    }
  });
});

describeDatabases("with the key server as a process", (open) => {
  let server: RealKeyServer;
  beforeAll(async () => {
    server = await startRealKeyServer();
  }, 60_000);
  afterAll(() => server.remove());

  test("a secret outlives it, and other users' wrapped keys are of no use", async () => {
    const make = () =>
      clientFor(server.origin, { token: () => server.appToken, timeout: 5_000 }).dataKeys;
    const w = await createWorld(await open(), make);
    const id = await stored(w, "ada", "KEY", "one");
    const bobs = await stored(w, "bob", "KEY", "bob's");
    await server.kill();
    const cold = await w.another();
    expect(await revealed(cold, "ada", id)).toBe("secret_unavailable");
    await server.restart();
    const after = await w.another();
    expect(await revealed(after, "ada", id)).toBe("one");
    const keys = await w.db.kysely.selectFrom("data_key").selectAll().execute();
    const wrapped = keys.find((key) => key.user_id === "bob")?.wrapped ?? "";
    await w.db.kysely.updateTable("data_key").set({ wrapped }).execute();
    const swapped = await w.another();
    expect(await revealed(swapped, "ada", id)).toBe("integrity_failure");
    expect(await revealed(swapped, "bob", bobs)).toBe("bob's");
    expect(await w.audited("ada")).toContain("integrity_failure");
  }, 60_000);
});
