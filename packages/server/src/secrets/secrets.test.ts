import { api, limits } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, revealed, stored, used } from "./testing/world.ts";

describeDatabases("secrets", (open) => {
  const world = async () => createWorld(await open());

  test("are stored, listed without values, and revealed on every server", async () => {
    const w = await world();
    expect(await listed(w, "ada")).toEqual([]);
    const id = await stored(w, "ada", "OPENAI_API_KEY", "sk-canary");
    await stored(w, "ada", "A.b-c_1", "another");
    const at = new Date(w.clock.now).toISOString();
    const list = await w.ask("ada", "GET", "/secrets");
    expect(list.body).toEqual({
      secrets: [
        expect.objectContaining({ name: "A.b-c_1" }),
        {
          id,
          name: "OPENAI_API_KEY",
          createdAt: at,
          updatedAt: at,
          lastUsedAt: null,
          version: 1,
          versions: 1,
          grants: [],
          damaged: false,
        },
      ],
    });
    expect(JSON.stringify(list.body)).not.toContain("sk-canary");
    expect(await revealed(await w.another(), "ada", id)).toBe("sk-canary");
    expect(await w.audited("ada")).toEqual([
      "secret.created OPENAI_API_KEY",
      "secret.created A.b-c_1",
      "secret.revealed OPENAI_API_KEY",
    ]);
  });

  test("have one name each", async () => {
    const w = await world();
    await stored(w, "ada", "KEY", "one");
    const again = await w.ask("ada", "POST", "/secrets", { name: "KEY", value: "two" });
    expect(again).toMatchObject({ status: 409, code: "secret_exists" });
    expect((await w.ask("bob", "POST", "/secrets", { name: "KEY", value: "two" })).status).toBe(
      200,
    );
    expect((await w.ask("ada", "POST", "/secrets", { name: "key", value: "two" })).status).toBe(
      200,
    );
    expect((await listed(w, "ada")).map(({ name }) => name)).toEqual(["KEY", "key"]);
  });

  test("are changed, and earlier versions are seen and restored", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one", "two");
    w.clock.now += 1_000;
    const third = await w.ask("ada", "POST", `/secrets/${id}/restore`, { version: 1 });
    expect(third.body).toEqual({ version: 3 });
    expect(await revealed(w, "ada", id)).toBe("one");
    expect(await revealed(w, "ada", id, 2)).toBe("two");
    const { body } = await w.ask("ada", "GET", `/secrets/${id}/versions`);
    const at = w.clock.now;
    expect(body).toEqual({
      versions: [at, at - 1_000, at - 1_000].map((time, index) => ({
        version: 3 - index,
        createdAt: new Date(time).toISOString(),
      })),
    });
    for (const version of [4, 0, -1, 2 ** 31, 1.5]) {
      const wrong = await w.ask("ada", "POST", `/secrets/${id}/restore`, { version });
      expect([400, 404]).toContain(wrong.status);
      expect(["bad_request", "not_found"]).toContain(await revealed(w, "ada", id, version));
    }
    expect(await w.audited("ada")).toEqual([
      "secret.created KEY",
      "secret.changed KEY",
      "secret.restored KEY",
      "secret.revealed KEY",
      "secret.revealed KEY",
    ]);
  });

  test("changed to the value in use stay as they are, as when an answer was lost", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one");
    const change = (value: string) => w.ask("ada", "POST", `/secrets/${id}/versions`, { value });
    const twice = await Promise.all([change("two"), change("two")]);
    expect(twice.map(({ body }) => body)).toEqual([{ version: 2 }, { version: 2 }]);
    expect(await listed(w, "ada")).toMatchObject([{ version: 2, versions: 2 }]);
    // The audit and the tabs are told what happened, once.
    expect(await w.audited("ada")).toEqual(["secret.created KEY", "secret.changed KEY"]);
    await expect.poll(() => w.events).toHaveLength(2);
    // An earlier value is a change.
    expect((await change("one")).body).toEqual({ version: 3 });
    expect(await revealed(w, "ada", id)).toBe("one");
    for (const version of [2, 2, 4]) {
      const restored = await w.ask("ada", "POST", `/secrets/${id}/restore`, { version });
      expect(restored.body).toEqual({ version: 4 });
    }
    expect((await w.audited("ada")).filter((line) => line === "secret.restored KEY")).toHaveLength(
      1,
    );
  });

  test("keep a hundred versions", { timeout: 60_000 }, async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "value 1");
    for (let n = 2; n <= limits.versionsPerSecret + 2; n++) {
      await w.ask("ada", "POST", `/secrets/${id}/versions`, { value: `value ${n}` });
    }
    expect(await listed(w, "ada")).toMatchObject([{ version: 102, versions: 100, damaged: false }]);
    expect(await revealed(w, "ada", id, 2)).toBe("not_found");
    expect(await revealed(w, "ada", id, 3)).toBe("value 3");
    expect(await revealed(w, "ada", id)).toBe("value 102");
    const rows = await w.db.kysely.selectFrom("secret_version").select("version").execute();
    expect(rows.length).toBe(100);
    await w.ask("ada", "PATCH", `/secrets/${id}`, { name: "OTHER" });
    expect(await revealed(await w.another(), "ada", id, 57)).toBe("value 57");
  });

  test("take another name with all their versions, unless it is taken", async () => {
    const w = await world();
    const id = await stored(w, "ada", "OLD", "one", "two");
    await stored(w, "ada", "TAKEN");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until: null });
    const taken = await w.ask("ada", "PATCH", `/secrets/${id}`, { name: "TAKEN" });
    expect(taken.code).toBe("secret_exists");
    expect((await w.ask("ada", "PATCH", `/secrets/${id}`, { name: "NEW" })).body).toEqual({});
    expect((await w.ask("ada", "PATCH", `/secrets/${id}`, { name: "NEW" })).body).toEqual({});
    const server = await w.another();
    expect(await revealed(server, "ada", id, 1)).toBe("one");
    expect(await used(server, "ada", "app-1", "NEW")).toBe("granted two");
    expect(await used(server, "ada", "app-1", "OLD")).toBe("unknown");
    expect((await listed(server, "ada")).map(({ name, damaged }) => [name, damaged])).toEqual([
      ["NEW", false],
      ["TAKEN", false],
    ]);
    const audited = await w.audited("ada");
    expect(audited.slice(audited.indexOf("secret.renamed OLD"))[1]).toBe("secret.named NEW");
  });

  test("are deleted with every version and grant", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one", "two");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until: null });
    expect((await w.ask("ada", "DELETE", `/secrets/${id}`)).body).toEqual({});
    expect((await w.ask("ada", "DELETE", `/secrets/${id}`)).code).toBe("not_found");
    expect(await revealed(w, "ada", id)).toBe("not_found");
    expect(await used(w, "ada", "app-1", "KEY")).toBe("unknown");
    for (const table of ["secret", "secret_version", "secret_grant"] as const) {
      expect(await w.db.kysely.selectFrom(table).selectAll().execute()).toEqual([]);
    }
    const again = await stored(w, "ada", "KEY", "three");
    expect(again).not.toBe(id);
    expect(await used(w, "ada", "app-1", "KEY")).toBe("known");
  });

  test("are 1 byte to 64 KiB of UTF-8, to the byte", async () => {
    const w = await world();
    const most = "🦜".repeat(limits.secretValue / 4);
    const id = await stored(w, "ada", "MOST", most);
    expect(await revealed(w, "ada", id)).toBe(most);
    for (const value of ["", `${most}x`, "x".repeat(limits.secretValue + 1)]) {
      const made = await w.ask("ada", "POST", "/secrets", { name: "NO", value });
      const changed = await w.ask("ada", "POST", `/secrets/${id}/versions`, { value });
      const allowed = await w.ask("ada", "POST", "/secrets/allow", {
        app: "app-1",
        name: "NO",
        value,
        until: null,
      });
      for (const { status, code } of [made, changed, allowed]) {
        expect([status, code]).toEqual([413, "value_too_long"]);
      }
    }
    for (const value of ["\uFEFF", "\u0000\n", "e\u0301 é", "\u{10FFFF}"]) {
      await w.ask("ada", "POST", `/secrets/${id}/versions`, { value });
      expect(await revealed(w, "ada", id)).toBe(value);
    }
  });

  test("are a thousand at most", { timeout: 60_000 }, async () => {
    const w = await world();
    const secrets = Array.from({ length: limits.secretsPerUser - 1 }, (_, n) => {
      return { name: `S${n}`, value: `value ${n}` };
    });
    const mergeId = crypto.randomUUID();
    await w.ask("ada", "POST", "/merge", { mergeId, secrets, grants: [] });
    const id = await stored(w, "ada", "LAST", "the last");
    const more = await w.ask("ada", "POST", "/secrets", { name: "MORE", value: "x" });
    expect(more).toMatchObject({ status: 409, code: "secret_limit" });
    const allowed = { app: "app-1", name: "MORE", value: "x", until: null };
    expect((await w.ask("ada", "POST", "/secrets/allow", allowed)).code).toBe("secret_limit");
    const server = await w.another();
    expect(await revealed(server, "ada", id)).toBe("the last");
    expect((await listed(server, "ada")).filter(({ damaged }) => !damaged).length).toBe(1_000);
    await w.ask("ada", "DELETE", `/secrets/${id}`);
    expect((await w.ask("ada", "POST", "/secrets", { name: "MORE", value: "x" })).status).toBe(200);
  });

  test("are revealed to a fresh sign-in only", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY");
    const stale = await w.ask("ada", "POST", `/secrets/${id}/reveal`, {}, "stale");
    expect(stale).toMatchObject({ status: 403, code: "confirm_needed" });
    expect(await w.audited("ada")).toEqual(["secret.created KEY"]);
  });

  test("are gone for good when the account is: keys, rows and what is in memory", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY");
    const bobs = await stored(w, "bob", "KEY", "bob's");
    await w.db.transaction((tx) => w.secrets.erase(tx, "ada"));
    w.secrets.forget("ada");
    for (const server of [w, await w.another()]) {
      expect(await listed(server, "ada")).toEqual([]);
      expect(await revealed(server, "ada", id)).toBe("not_found");
      expect(await revealed(server, "bob", bobs)).toBe("bob's");
    }
    const keys = await w.db.kysely.selectFrom("data_key").select("user_id").execute();
    expect(keys).toEqual([{ user_id: "bob" }]);
    await w.db.kysely.deleteFrom("account").where("id", "=", "ada").execute();
    const late = await w.ask("ada", "POST", "/secrets", { name: "LATE", value: "x" });
    expect(late.code).toBe("signed_out");
    const left = await w.db.kysely.selectFrom("secret").select("user_id").execute();
    expect(left).toEqual([{ user_id: "bob" }]);
  });

  test("tell the tabs what changed", async () => {
    const w = await world();
    const id = await stored(w, "ada", "KEY", "one", "two");
    await stored(w, "bob", "KEY", "bob's");
    await w.ask("ada", "PATCH", `/secrets/${id}`, { name: "OTHER" });
    await w.ask("ada", "DELETE", `/secrets/${id}`);
    await expect
      .poll(() => w.events)
      .toEqual(
        ["KEY", "KEY", "KEY", "OTHER", "OTHER"].map((name) => ({ type: "secret.changed", name })),
      );
    expect(w.events.every((event) => api.accountEvent.safeParse(event).success)).toBe(true);
  });
});
