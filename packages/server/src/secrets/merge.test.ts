import { limits } from "@portafilter/protocol";
import { describe, expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, revealed, type Server, stored, used } from "./testing/world.ts";

type Secrets = Record<string, string>;
const named = (secrets: Secrets) =>
  Object.entries(secrets).map(([name, value]) => ({ name, value }));
const merge = (server: Server, mergeId: string, secrets: Secrets, grants: string[] = []) =>
  server.ask("ada", "POST", "/merge", {
    mergeId,
    secrets: named(secrets),
    grants: grants.map((grant) => {
      const [app = "", name = ""] = grant.split(" ");
      return { app, name };
    }),
  });
const answer = (moved: string[], same: string[] = [], replaced: string[] = []) => ({
  moved,
  same,
  replaced,
});

describeDatabases("a merge", (open) => {
  const world = async () => createWorld(await open());

  test("is remembered for ninety days, and as one of the last hundred", async () => {
    const w = await world();
    const kept = () => w.db.kysely.selectFrom("secret_merge").select("merge_id").execute();
    const ids = Array.from({ length: 103 }, () => crypto.randomUUID());
    for (const id of ids) {
      w.clock.now += 1_000;
      expect((await merge(w, id, {})).status).toBe(200);
    }
    const remembered = (await kept()).map(({ merge_id }) => merge_id);
    expect(remembered.toSorted()).toEqual(ids.slice(-100).toSorted());
    w.clock.now += 91 * 24 * 60 * 60 * 1_000;
    const last = crypto.randomUUID();
    await merge(w, last, {});
    expect(await kept()).toEqual([{ merge_id: last }]);
  });

  test("moves what is new, keeps what is the same once, and puts what differs on top", async () => {
    const w = await world();
    const same = await stored(w, "ada", "SAME", "one");
    const other = await stored(w, "ada", "OTHER", "stored");
    await w.ask("ada", "POST", "/grants", { app: "app-9", secretId: other, until: null });
    const tab = { NEW: "🦜", SAME: "one", OTHER: "typed" };
    const merged = await merge(w, crypto.randomUUID(), tab, ["app-1 NEW", "app-1 SAME"]);
    expect(merged.body).toEqual(answer(["NEW"], ["SAME"], ["OTHER"]));
    const server = await w.another();
    const list = await listed(server, "ada");
    expect(list.map(({ name, version, damaged }) => [name, version, damaged])).toEqual([
      ["NEW", 1, false],
      ["OTHER", 2, false],
      ["SAME", 1, false],
    ]);
    expect(await revealed(server, "ada", other)).toBe("typed");
    expect(await revealed(server, "ada", other, 1)).toBe("stored");
    expect(await revealed(server, "ada", same)).toBe("one");
    expect(await used(server, "ada", "app-1", "NEW")).toBe("granted 🦜");
    expect(await used(server, "ada", "app-1", "SAME")).toBe("granted one");
    expect(await used(server, "ada", "app-1", "OTHER")).toBe("known");
    expect(await used(server, "ada", "app-9", "OTHER")).toBe("granted typed");
    expect(await w.audited("ada")).toEqual(
      expect.arrayContaining([
        "secret.created NEW",
        "secret.changed OTHER",
        "grant.given app-1 NEW",
        "grant.given app-1 SAME",
        "merge.done",
      ]),
    );
  });

  test("sent again has the same answer and changes nothing, whatever happened since", async () => {
    const w = await world();
    const id = crypto.randomUUID();
    const first = await merge(w, id, { A: "1", B: "2" }, ["app-1 A"]);
    expect(first.body).toEqual(answer(["A", "B"]));
    const [a] = await listed(w, "ada");
    await w.ask("ada", "POST", `/secrets/${a?.id}/versions`, { value: "changed" });
    await w.ask("ada", "POST", "/grants/revoke", { app: "app-1", secretId: a?.id });
    const before = await w.audited("ada");
    for (const server of [w, await w.another()]) {
      const again = await merge(server, id, { B: "2", A: "1" }, ["app-1 A"]);
      expect(again.body).toEqual(first.body);
    }
    expect(await w.audited("ada")).toEqual(before);
    expect(await revealed(w, "ada", a?.id ?? "")).toBe("changed");
    expect(await used(w, "ada", "app-1", "A")).toBe("known");
  });

  test("with an id that came with another content is refused", async () => {
    const w = await world();
    const id = crypto.randomUUID();
    await merge(w, id, { A: "1" }, ["app-1 A"]);
    for (const [secrets, grants] of [
      [{ A: "2" }, ["app-1 A"]],
      [{ A: "1", B: "1" }, ["app-1 A"]],
      [{ A: "1" }, []],
      [{ A: "1" }, ["app-2 A"]],
    ] as const) {
      expect((await merge(w, id, secrets, [...grants])).code).toBe("bad_request");
    }
    expect((await listed(w, "ada")).map(({ name }) => name)).toEqual(["A"]);
    const bobs = { mergeId: id, secrets: [{ name: "A", value: "bob's" }], grants: [] };
    expect((await w.ask("bob", "POST", "/merge", bobs)).body).toEqual(answer(["A"]));
  });

  test("is refused whole when one part of it cannot be stored", async () => {
    const w = await world();
    await stored(w, "ada", "KEPT", "stored");
    const tooLong = "x".repeat(limits.secretValue + 1);
    const many = Object.fromEntries(
      Array.from({ length: limits.secretsPerUser }, (_, n) => [`S${n}`, "x"]),
    );
    const id = crypto.randomUUID();
    for (const [secrets, code] of [
      [{ KEPT: "typed", LONG: tooLong }, "value_too_long"],
      [{ KEPT: "typed", EMPTY: "" }, "value_too_long"],
      [{ KEPT: "typed", "not a name": "x" }, "bad_request"],
      [{ KEPT: "typed", HALF: "\uD800" }, "bad_request"],
      [many, "secret_limit"],
    ] as const) {
      expect((await merge(w, id, secrets, ["app-1 KEPT"])).code).toBe(code);
    }
    const twice = {
      mergeId: id,
      secrets: [...named({ A: "1" }), ...named({ A: "2" })],
      grants: [],
    };
    expect((await w.ask("ada", "POST", "/merge", twice)).code).toBe("bad_request");
    expect(await listed(w, "ada")).toMatchObject([{ name: "KEPT", version: 1, grants: [] }]);
    expect(await w.audited("ada")).toEqual(["secret.created KEPT"]);
    expect((await merge(w, id, { KEPT: "typed" })).body).toEqual(answer([], [], ["KEPT"]));
  });

  test("grants nothing that it does not bring along", async () => {
    const w = await world();
    await stored(w, "ada", "STORED", "one");
    const grants = ["app-1 STORED", "app-1 NOT", "app-1 A"];
    await merge(w, crypto.randomUUID(), { A: "1" }, [...grants, "app-1 A"]);
    expect(await used(w, "ada", "app-1", "STORED")).toBe("known");
    expect(await used(w, "ada", "app-1", "A")).toBe("granted 1");
  });

  test("of as much as there may be is one transaction, and tabs ask again for everything", async () => {
    const w = await world();
    const value = "v".repeat(10_000);
    const many = Object.fromEntries(
      Array.from({ length: limits.secretsPerUser }, (_, n) => [`S${n}`, `${value}${n}`]),
    );
    const grants = Object.keys(many).map((name) => `app-1 ${name}`);
    const merged = await merge(w, crypto.randomUUID(), many, grants);
    expect(merged.body).toEqual(answer(Object.keys(many)));
    expect(await used(await w.another(), "ada", "app-1", "S999")).toBe(`granted ${value}999`);
    await expect.poll(() => w.events).toEqual([{ type: "resync" }]);
  }, 60_000);
});

describe("merges in flight at once", () => {
  describeDatabases("D17", (open) => {
    test("the same merge, five times, is done once and has one answer", async () => {
      const w = await createWorld(await open());
      await stored(w, "ada", "B", "stored");
      const servers = [w, w, await w.another(), await w.another(), w];
      const id = crypto.randomUUID();
      const all = await Promise.all(
        servers.map((server) => merge(server, id, { A: "1", B: "2" }, ["app-1 A"])),
      );
      for (const { body } of all) expect(body).toEqual(answer(["A"], [], ["B"]));
      expect((await listed(w, "ada")).map(({ version }) => version)).toEqual([1, 2]);
      const audited = await w.audited("ada");
      expect(audited.filter((line) => line === "merge.done").length).toBe(1);
    });

    test("two tabs of a new account: both are moved, under one data key", async () => {
      const w = await createWorld(await open());
      const other = await w.another();
      const both = await Promise.all([
        merge(w, crypto.randomUUID(), { A: "1", C: "first" }),
        merge(other, crypto.randomUUID(), { B: "2", C: "second" }),
      ]);
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      const list = await listed(await w.another(), "ada");
      expect(list.map(({ name, version, damaged }) => [name, version, damaged])).toEqual([
        ["A", 1, false],
        ["B", 1, false],
        ["C", 2, false],
      ]);
      const id = list[2]?.id ?? "";
      const values = [await revealed(w, "ada", id, 1), await revealed(w, "ada", id, 2)];
      expect(values.toSorted()).toEqual(["first", "second"]);
      expect(await w.db.kysely.selectFrom("data_key").select("user_id").execute()).toHaveLength(1);
    });

    test("a merge and a change of the same secret: both values are kept, in one order", async () => {
      const w = await createWorld(await open());
      const other = await w.another();
      const id = await stored(w, "ada", "A", "stored");
      await Promise.all([
        merge(w, crypto.randomUUID(), { A: "typed" }),
        other.ask("ada", "POST", `/secrets/${id}/versions`, { value: "changed" }),
      ]);
      const values = [await revealed(w, "ada", id, 2), await revealed(w, "ada", id, 3)];
      expect(values.toSorted()).toEqual(["changed", "typed"]);
    });
  });
});
