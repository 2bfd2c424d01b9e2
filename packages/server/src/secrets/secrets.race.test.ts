import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, revealed, stored, used, type World } from "./testing/world.ts";

/** D17: requests at the same moment, to two servers. */
describeDatabases("D17: races", (open) => {
  async function scene() {
    const w = await createWorld(await open());
    return { w, servers: [w, await w.another()] as const };
  }
  async function sound(w: World): Promise<void> {
    expect((await listed(await w.another(), "ada")).some(({ damaged }) => damaged)).toBe(false);
  }

  test("of ten that take one name one wins, also when they are the first of the account", async () => {
    const { w, servers } = await scene();
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        servers[n % 2 ? 0 : 1].ask("ada", "POST", "/secrets", { name: "KEY", value: `value ${n}` }),
      ),
    );
    const won = all.flatMap(({ status }, n) => (status === 200 ? [n] : []));
    expect(won).toHaveLength(1);
    expect(all.filter(({ code }) => code === "secret_exists")).toHaveLength(9);
    const [secret] = await listed(w, "ada");
    expect(await revealed(w, "ada", secret?.id ?? "")).toBe(`value ${won[0]}`);
    expect(await w.db.kysely.selectFrom("data_key").select("user_id").execute()).toHaveLength(1);
    expect(await w.audited("ada")).toEqual(["secret.created KEY", "secret.revealed KEY"]);
  });

  test("no change is lost: each of twenty is a version of its own", async () => {
    const { w, servers } = await scene();
    const id = await stored(w, "ada", "KEY", "first");
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        servers[n % 2 ? 0 : 1].ask("ada", "POST", `/secrets/${id}/versions`, { value: `v${n}` }),
      ),
    );
    const values = [];
    for (let n = 2; n <= 21; n++) values.push(await revealed(w, "ada", id, n));
    expect(values.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `v${n}`).toSorted());
    await sound(w);
  }, 60_000);

  test("a change and a deletion: it is gone, and nothing of it comes back", async () => {
    const { w, servers } = await scene();
    for (let round = 0; round < 5; round++) {
      const id = await stored(w, "ada", "KEY", "one");
      const [change, deletion] = await Promise.all([
        servers[0].ask("ada", "POST", `/secrets/${id}/versions`, { value: "two" }),
        servers[1].ask("ada", "DELETE", `/secrets/${id}`),
      ]);
      expect([undefined, "not_found"]).toContain(change.code);
      expect(deletion.status).toBe(200);
      expect(await listed(servers[0], "ada")).toEqual([]);
    }
    expect(await w.db.kysely.selectFrom("secret_version").select("version").execute()).toEqual([]);
  });

  test("a grant and a revocation: in one order or the other, as the audit has it", async () => {
    const { w, servers } = await scene();
    const id = await stored(w, "ada", "KEY", "one");
    const grant = { app: "app-1", secretId: id };
    for (let round = 0; round < 5; round++) {
      await w.ask("ada", "POST", "/grants", { ...grant, until: null });
      const end = new Date(w.clock.now + 60_000 + round).toISOString();
      await Promise.all([
        servers[0].ask("ada", "POST", "/grants", { ...grant, until: end }),
        servers[1].ask("ada", "POST", "/grants/revoke", grant),
      ]);
      const last = (await w.audited("ada")).at(-1);
      const standing = await used(w, "ada", "app-1", "KEY");
      expect(standing).toBe(last?.startsWith("grant.given") ? "granted one" : "known");
    }
    await sound(w);
  });

  test("once a revocation was answered, no server gives the value", async () => {
    const { w, servers } = await scene();
    const id = await stored(w, "ada", "KEY", "one");
    const grant = { app: "app-1", secretId: id };
    for (let round = 0; round < 5; round++) {
      await w.ask("ada", "POST", "/grants", { ...grant, until: null });
      let isRevoked = false;
      const reader = async () => {
        for (let reads = 0; reads < 10; reads++) {
          const wasRevoked = isRevoked;
          const standing = await used(servers[1], "ada", "app-1", "KEY");
          expect(wasRevoked ? ["known"] : ["granted one", "known"]).toContain(standing);
        }
      };
      const revoker = async () => {
        await servers[0].ask("ada", "POST", "/grants/revoke", grant);
        isRevoked = true;
      };
      await Promise.all([reader(), reader(), revoker()]);
    }
  }, 60_000);

  test("a name given to two at once goes to one", async () => {
    const { w, servers } = await scene();
    const a = await stored(w, "ada", "A", "a");
    const b = await stored(w, "ada", "B", "b");
    const both = await Promise.all([
      servers[0].ask("ada", "PATCH", `/secrets/${a}`, { name: "C" }),
      servers[1].ask("ada", "PATCH", `/secrets/${b}`, { name: "C" }),
    ]);
    expect(both.map(({ code }) => code).toSorted()).toEqual(["secret_exists", undefined]);
    expect([await revealed(w, "ada", a), await revealed(w, "ada", b)]).toEqual(["a", "b"]);
    await sound(w);
  });

  test("reads among changes are never taken for tampering", async () => {
    const { w, servers } = await scene();
    const id = await stored(w, "ada", "KEY", "v0");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until: null });
    let isDone = false;
    const writer = async () => {
      for (let n = 1; n <= 15; n++) {
        await w.ask("ada", "POST", `/secrets/${id}/versions`, { value: `v${n}` });
        await w.ask("ada", "POST", "/grants", { app: `app-${n + 1}`, secretId: id, until: null });
      }
      isDone = true;
    };
    const reader = async (server: (typeof servers)[number]) => {
      while (!isDone) {
        expect(await used(server, "ada", "app-1", "KEY")).toMatch(/^granted v\d+$/);
        expect(await used(server, "ada", "app-1", "NOT")).toBe("unknown");
        expect(await listed(server, "ada")).toMatchObject([{ damaged: false }]);
      }
    };
    await Promise.all([writer(), ...servers.map(reader)]);
    expect(await w.audited("ada")).not.toContain("integrity_failure");
  }, 60_000);

  test("an account that is deleted meanwhile gets no new secrets", async () => {
    const { w, servers } = await scene();
    await stored(w, "ada", "KEY", "one");
    const erase = () =>
      w.db.transaction(async (tx) => {
        await w.secrets.erase(tx, "ada");
        await tx.deleteFrom("account").where("id", "=", "ada").execute();
      });
    const all = Array.from({ length: 6 }, (_, n) =>
      servers[n % 2 ? 0 : 1].ask("ada", "POST", "/secrets", { name: `N${n}`, value: "x" }),
    );
    await erase();
    for (const { code } of await Promise.all(all))
      expect([undefined, "signed_out"]).toContain(code);
    for (const table of ["secret", "secret_version", "secret_contents", "data_key"] as const) {
      expect(await w.db.kysely.selectFrom(table).selectAll().execute(), table).toEqual([]);
    }
  });

  test("a head that a server has in memory and that is gone is begun anew, with another key", async () => {
    const { w, servers } = await scene();
    await stored(servers[0], "ada", "OLD", "one");
    const keyOf = () => w.db.kysely.selectFrom("data_key").select("dek_id").execute();
    const before = await keyOf();
    await w.db.transaction((tx) => servers[1].secrets.erase(tx, "ada"));
    await stored(servers[0], "ada", "NEW", "two");
    expect(await keyOf()).not.toEqual(before);
    for (const server of servers) {
      const secrets = await listed(server, "ada");
      expect(secrets.map(({ name }) => name)).toEqual(["NEW"]);
    }
    await sound(w);
  });

  test("a change of which nothing is left is not gone on from", async () => {
    const { w, servers } = await scene();
    const id = await stored(servers[0], "ada", "KEY", "one");
    // After the last statement, by which all of it is written.
    const along: World["audit"]["along"] = async (...args) => {
      await w.audit.along(...args);
      throw new Error("refused");
    };
    const failing = await w.another({ audit: { ...w.audit, along } });
    await listed(failing, "ada");
    const change = { value: "two" };
    expect((await failing.ask("ada", "POST", `/secrets/${id}/versions`, change)).status).toBe(500);
    expect(await listed(failing, "ada")).toMatchObject([{ version: 1, damaged: false }]);
    expect(await revealed(failing, "ada", id)).toBe("one");
  });
});
