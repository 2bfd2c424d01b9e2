import { limits } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, stored, used } from "./testing/world.ts";

const forever = { until: null };

describeDatabases("grants", (open) => {
  const world = async () => createWorld(await open());

  test("an app gets what it was granted, and only that; what is known is not what is unknown", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one");
    await stored(w, "ada", "OTHER", "two");
    expect(await used(w, "ada", "app-1", "KEY")).toBe("known");
    expect(await used(w, "ada", "app-1", "NOT")).toBe("unknown");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, ...forever });
    for (const server of [w, await w.another()]) {
      expect(await used(server, "ada", "app-1", "KEY")).toBe("granted one");
      expect(await used(server, "ada", "app-1", "OTHER")).toBe("known");
      expect(await used(server, "ada", "app-2", "KEY")).toBe("known");
      expect(await used(server, "ada", "app-1", "key")).toBe("unknown");
      expect(await used(server, "bob", "app-1", "KEY")).toBe("unknown");
    }
    expect(await w.audited("ada")).toEqual([
      "secret.created KEY",
      "secret.created OTHER",
      "grant.given app-1 KEY",
      "secret.used app-1 KEY",
      "secret.used app-1 KEY",
    ]);
  });

  test("a revoked one is gone on every server, and its tabs are told", async () => {
    const w = await world();
    const other = await w.another();
    const id = await stored(w, "ada", "KEY", "one");
    const grant = { app: "app-1", secretId: id };
    await w.ask("ada", "POST", "/grants", { ...grant, ...forever });
    expect(await used(other, "ada", "app-1", "KEY")).toBe("granted one");
    expect((await w.ask("ada", "POST", "/grants/revoke", grant)).body).toEqual({});
    expect(await used(other, "ada", "app-1", "KEY")).toBe("known");
    expect(await used(w, "ada", "app-1", "KEY")).toBe("known");
    expect((await w.ask("ada", "POST", "/grants/revoke", grant)).body).toEqual({});
    const audited = await w.audited("ada");
    expect(audited.filter((line) => line === "grant.revoked app-1 KEY").length).toBe(1);
    await expect
      .poll(() => w.events.slice(1))
      .toEqual([
        { type: "grant.given", app: "app-1", name: "KEY" },
        { type: "grant.revoked", app: "app-1", name: "KEY" },
      ]);
  });

  test("one with an end ends then; one that has ended already cannot be given", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one");
    const until = (after: number) => new Date(w.clock.now + after).toISOString();
    const give = (end: string | null) =>
      w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until: end });
    expect((await give(until(0))).code).toBe("bad_request");
    const end = until(1_000);
    await give(end);
    w.clock.now += 999;
    const answer = await w.ask("ada", "POST", "/secrets/use", { app: "app-1", name: "KEY" });
    expect(answer.body).toEqual({ standing: "granted", value: "one", until: end });
    expect(await used(w, "ada", "app-1", "KEY")).toBe("granted one");
    w.clock.now += 1;
    expect(await used(w, "ada", "app-1", "KEY")).toBe("known");
    // Its row is still there; it is shown no more, but when it was used.
    const lastUsedAt = new Date(w.clock.now - 1).toISOString();
    expect(await listed(w, "ada")).toMatchObject([{ grants: [], damaged: false, lastUsedAt }]);
    await w.ask("ada", "POST", "/grants", { app: "app-2", secretId: id, until: until(5_000) });
    expect((await listed(w, "ada"))[0]?.grants.map(({ app }) => app)).toEqual(["app-2"]);
    await give(until(1_000));
    await give(null);
    w.clock.now += 10_000;
    expect(await used(await w.another(), "ada", "app-1", "KEY")).toBe("granted one");
  });

  test("allow stores, grants and answers in one", async () => {
    const w = await world();
    const allow = (value: string | null, name = "KEY") =>
      w.ask("ada", "POST", "/secrets/allow", { app: "app-1", name, value, ...forever });
    expect((await allow(null)).code).toBe("not_found");
    expect((await allow("one")).body).toEqual({ value: "one" });
    expect(await used(w, "ada", "app-1", "KEY")).toBe("granted one");
    expect((await allow("two")).body).toEqual({ value: "two" });
    expect((await allow("two")).body).toEqual({ value: "two" });
    expect((await allow(null)).body).toEqual({ value: "two" });
    expect(await listed(await w.another(), "ada")).toMatchObject([
      { version: 2, damaged: false, grants: [{ app: "app-1", until: null }] },
    ]);
    expect(await w.audited("ada")).toEqual([
      "secret.created KEY",
      "grant.given app-1 KEY",
      "secret.used app-1 KEY",
      "secret.used app-1 KEY",
      "secret.changed KEY",
      "secret.used app-1 KEY",
      "secret.used app-1 KEY",
      "secret.used app-1 KEY",
    ]);
    const past = { app: "app-1", name: "NEW", value: "x", until: "2020-01-01T00:00:00Z" };
    expect((await w.ask("ada", "POST", "/secrets/allow", past)).code).toBe("bad_request");
    expect(await used(w, "ada", "app-1", "NEW")).toBe("unknown");
  });

  test("there are so many of a secret at most, and those given first go", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one");
    await w.ask("ada", "POST", "/grants", { app: "first", secretId: id, ...forever });
    w.clock.now += 1;
    const apps = Array.from({ length: limits.grantsPerSecret }, (_, n) => `app-${n}`);
    const grants = apps.map((app) => ({ app, name: "KEY" }));
    const secrets = [{ name: "KEY", value: "one" }];
    await w.ask("ada", "POST", "/merge", { mergeId: crypto.randomUUID(), secrets, grants });
    const server = await w.another();
    expect(await used(server, "ada", "first", "KEY")).toBe("known");
    expect(await used(server, "ada", "app-7", "KEY")).toBe("granted one");
    expect((await listed(server, "ada"))[0]?.grants.length).toBe(limits.grantsPerSecret);
    w.clock.now += 1;
    await w.ask("ada", "POST", "/grants", { app: "last", secretId: id, ...forever });
    expect(await used(server, "ada", "last", "KEY")).toBe("granted one");
    expect((await listed(server, "ada"))[0]).toMatchObject({ damaged: false });
    expect((await listed(server, "ada"))[0]?.grants.length).toBe(limits.grantsPerSecret);
    expect(
      (await w.audited("ada")).filter((line) => line.startsWith("grant.revoked")),
    ).toHaveLength(2);
  });

  test("when a grant was last used is shown", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, ...forever });
    expect(await listed(w, "ada")).toMatchObject([{ lastUsedAt: null }]);
    w.clock.now += 5_000;
    await used(w, "ada", "app-1", "KEY");
    const at = new Date(w.clock.now).toISOString();
    const seen = [{ lastUsedAt: at, damaged: false, grants: [{ lastUsedAt: at }] }];
    expect(await listed(w, "ada")).toMatchObject(seen);
    await w.secrets.close();
    expect(await listed(await w.another(), "ada")).toMatchObject(seen);
  });

  test("an app that is given a value by being allowed has used it", async () => {
    const w = await world();
    const allowed = { app: "app-1", name: "KEY", value: "one", until: null };
    await w.ask("ada", "POST", "/secrets/allow", allowed);
    const lastUsedAt = new Date(w.clock.now).toISOString();
    expect(await listed(w, "ada")).toMatchObject([{ lastUsedAt, grants: [{ lastUsedAt }] }]);
  });

  test("a secret that was used is not called unused once its grant is revoked", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, ...forever });
    await used(w, "ada", "app-1", "KEY");
    const lastUsedAt = new Date(w.clock.now).toISOString();
    await w.ask("ada", "POST", "/grants/revoke", { app: "app-1", secretId: id });
    expect(await listed(w, "ada")).toMatchObject([{ lastUsedAt, grants: [], damaged: false }]);
    w.clock.now += 1;
    await w.ask("ada", "POST", "/grants", { app: "app-2", secretId: id, ...forever });
    expect(await listed(w, "ada")).toMatchObject([{ lastUsedAt, grants: [{ lastUsedAt: null }] }]);
  });

  test("no value leaves that could not be written down", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "canary-5d1e");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, ...forever });
    await w.db.kysely
      .updateTable("audit_head")
      .set({ head_mac: new Uint8Array(32) })
      .execute();
    const use = await w.ask("ada", "POST", "/secrets/use", { app: "app-1", name: "KEY" });
    const reveal = await w.ask("ada", "POST", `/secrets/${id}/reveal`, {});
    for (const { status, body } of [use, reveal]) {
      expect(status).toBe(500);
      expect(JSON.stringify(body)).not.toContain("canary-5d1e");
    }
    expect(w.logged()).not.toContain("canary-5d1e");
  });
});
