import { api } from "@portafilter/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "./accounts/testing/browser.ts";
import { password } from "./accounts/testing/person.ts";
import { auditKey } from "./audit/hash.ts";
import { verifyAudit } from "./audit/verify/verify.ts";
import { fromOwnPage } from "./http/testing/api.ts";
import { noDigest } from "./secrets/testing/world.ts";
import { platform } from "./testing/server.ts";
import {
  browserOn,
  type OneServer,
  personOn,
  type Servers,
  startServers,
} from "./testing/servers.ts";

let servers: Servers;
let people = 0;
beforeAll(async () => {
  servers = await startServers(2);
}, 120_000);
afterAll(() => servers.close(), 120_000);

/** Somebody whose requests reach the one server or the other, with a secret that an app may have. */
async function scene() {
  people += 1;
  const email = `canary-email-${people}@portafilter.test`;
  const [one, two] = (await personOn(servers.all, email, `198.51.100.${people}`)) as [
    Browser,
    Browser,
  ];
  const created = await one.ask("/api/v1/secrets", { name: "KEY", value: "canary-value-1" });
  const { id } = api.newSecretAnswer.parse(created.body);
  const grant = { app: "app-1", secretId: id };
  expect((await one.ask("/api/v1/grants", { ...grant, loads: noDigest, until: null })).status).toBe(
    200,
  );
  // From here on both servers have key and list in memory.
  expect(await used(one)).toBe("canary-value-1");
  expect(await used(two)).toBe("canary-value-1");
  return { email, one, two, id, grant };
}

/** What an app gets: the value, its standing, or the code of the refusal. */
async function used(browser: Browser): Promise<unknown> {
  const { code, body } = await browser.ask("/api/v1/secrets/use", {
    app: "app-1",
    loads: noDigest,
    name: "KEY",
  });
  return code ?? body.value ?? body.standing;
}

async function userOf(browser: Browser): Promise<string> {
  const { body } = await browser.ask("/api/v1/session");
  return api.sessionAnswer.parse(body).user?.id ?? expect.fail("nobody is signed in");
}

/** The events that reach a tab whose stream is at this server, until it ends. */
async function eventsAt({ api: app }: OneServer, { jar }: Browser) {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = { ...fromOwnPage, cookie, "x-forwarded-for": "203.0.113.1" };
  const answer = await app.fetch(new Request(`${platform}/api/v1/events`, { headers }), {});
  expect(answer.status).toBe(200);
  const heard: api.AccountEvent[] = [];
  const reading = (async () => {
    for await (const text of (answer.body ?? new ReadableStream()).pipeThrough(
      new TextDecoderStream(),
    )) {
      for (const line of text.split("\n").filter((part) => part.startsWith("data: "))) {
        heard.push(api.accountEvent.parse(JSON.parse(line.slice(6))));
      }
    }
  })();
  await expect.poll(() => heard.at(0)).toEqual({ type: "resync" });
  return { heard, ended: reading };
}

const second = () => servers.all[1] ?? expect.fail("there are two servers");

describe("two servers on one database", { timeout: 60_000 }, () => {
  test("what one changed the other gives out, though it had the old list in memory", async () => {
    const { one, two, id } = await scene();
    for (const value of ["canary-value-2", "canary-value-3"]) {
      expect((await one.ask(`/api/v1/secrets/${id}/versions`, { value })).status).toBe(200);
      expect(await used(two)).toBe(value);
    }
    expect((await two.ask(`/api/v1/secrets/${id}/restore`, { version: 1 })).status).toBe(200);
    expect(await used(one)).toBe("canary-value-1");
  });

  test("a grant that was revoked at one is void at the other from the next request on", async () => {
    const { one, two, grant } = await scene();
    for (const [here, there] of [
      [one, two],
      [two, one],
    ] as const) {
      expect((await here.ask("/api/v1/grants/revoke", grant)).status).toBe(200);
      expect(await used(there)).toBe("known");
      expect(
        (await here.ask("/api/v1/grants", { ...grant, loads: noDigest, until: null })).status,
      ).toBe(200);
      expect(await used(there)).toBe("canary-value-1");
    }
  });

  test("tabs at the other hear of it, and only those of this account", async () => {
    const { one, id, grant } = await scene();
    const { one: stranger } = await scene();
    const mine = await eventsAt(second(), one);
    const theirs = await eventsAt(second(), stranger);
    await one.ask("/api/v1/grants/revoke", grant);
    await one.ask(`/api/v1/secrets/${id}/versions`, { value: "canary-value-2" });
    // What each did before may still be on its way to the other server when the streams are open.
    const expected = [
      { type: "grant.revoked", app: "app-1", name: "KEY" },
      { type: "secret.changed", name: "KEY" },
    ];
    await expect.poll(() => mine.heard.slice(-2)).toEqual(expected);
    expect(theirs.heard.map(({ type }) => type)).not.toContain("grant.revoked");
    await one.ask("/api/v1/account/sign-out", {});
    await mine.ended;
    expect(mine.heard.at(-1)).toEqual({ type: "session.ended" });
    await stranger.ask("/api/v1/account/sign-out", {});
    await theirs.ended;
  });

  test("who signed out at one is signed out at the other, and a new sign-in holds at both", async () => {
    const { email, one, two } = await scene();
    const old = new Map(one.jar);
    await one.ask("/api/v1/account/sign-out", {});
    const stale = browserOn(second(), "198.51.100.200", old);
    expect(await used(stale)).toBe("signed_out");
    await two.ask("/api/v1/account/sign-in", { email, password });
    expect(await used(one)).toBe("canary-value-1");
    expect(await used(stale)).toBe("signed_out");
  });

  test("a sign-in that the other remembers is asked for again with the rows: ended, it gets and writes nothing", async () => {
    const { email, one, two } = await scene();
    const stale = browserOn(second(), "198.51.100.202", new Map(one.jar));
    expect(await used(stale)).toBe("canary-value-1");
    const lines = () =>
      second()
        .db.kysely.selectFrom("audit")
        .select((row) => row.fn.countAll().as("count"))
        .execute();
    const another = browserOn(servers.all[0] ?? second(), "198.51.100.203");
    await another.ask("/api/v1/account/sign-in", { email, password });
    expect((await another.ask("/api/v1/account/devices/end-others", {})).status).toBe(200);
    const before = await lines();
    // All of them at once: none may pass because another one is being found out.
    expect(await Promise.all([used(stale), used(stale), used(two)])).toEqual(
      Array(3).fill("signed_out"),
    );
    expect(await used(stale)).toBe("signed_out");
    expect(await lines()).toEqual(before);
  });

  test("so it is where nothing but its sign-in is gone, and all else in memory is right", async () => {
    const { one, two } = await scene();
    await second()
      .db.kysely.deleteFrom("account_session")
      .where("user_id", "=", await userOf(one))
      .execute();
    expect(await used(two)).toBe("signed_out");
  });

  test("a token that a new password made void is void at the other, too, and the new one is good", async () => {
    const { one, two } = await scene();
    const stale = browserOn(second(), "198.51.100.204", new Map(one.jar));
    expect(await used(stale)).toBe("canary-value-1");
    const change = { current: password, next: "Difference Engine" };
    expect((await one.ask("/api/v1/account/password", change)).code).toBeUndefined();
    expect(await used(stale)).toBe("signed_out");
    expect(await used(two)).toBe("canary-value-1");
  });

  test("wrong passwords count together", async () => {
    const { email } = await scene();
    const tries = [];
    for (let n = 0; n < 8; n += 1) {
      const eve = browserOn(servers.all[n % 2] ?? second(), "203.0.113.66");
      const guess = { email, password: `guess number ${n}` };
      tries.push((await eve.ask("/api/v1/account/sign-in", guess)).code);
    }
    expect(tries).toEqual([
      ...Array<string>(5).fill("wrong_credentials"),
      ...Array<string>(3).fill("rate_limited"),
    ]);
  });

  test("both write one audit list, which verifies", async () => {
    const { one, two } = await scene();
    await Promise.all(Array.from({ length: 20 }, (_, n) => used(n % 2 === 0 ? one : two)));
    const { body } = await two.ask("/api/v1/audit");
    const { entries } = api.auditPage.parse(body);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, n) => entries.length - n));
    expect(entries.filter(({ action }) => action === "secret.used")).toHaveLength(22);
    const { findings } = await verifyAudit({ db: second().db, key: auditKey(servers.authSecret) });
    expect(findings).toEqual([]);
  });

  test("an account that was deleted at one is gone at the other, whatever it has in memory", async () => {
    const { email, one, two } = await scene();
    const userId = await userOf(one);
    const old = browserOn(second(), "198.51.100.201", new Map(two.jar));
    expect((await one.ask("/api/v1/account/delete", { email })).status).toBe(200);
    expect(await used(old)).toBe("signed_out");
    for (const table of ["secret_contents", "data_key", "secret", "secret_grant", "audit"]) {
      const rows = await second()
        .db.kysely.selectFrom(table as "secret")
        .select("user_id")
        .where("user_id", "=", userId)
        .execute();
      expect(rows, table).toEqual([]);
    }
  });

  test("deleting an account waits for whoever writes its secrets, and is in nobody's way meanwhile", async () => {
    const { email, one } = await scene();
    const userId = await userOf(one);
    const [locked, isWaiting] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
    const writing = second().db.transaction(async (tx) => {
      const head = tx.selectFrom("secret_contents").select("edition").where("user_id", "=", userId);
      await head.forUpdate().execute();
      locked.resolve(null);
      await isWaiting.promise;
      // What storing a secret does next; were the account held, each would wait for the other.
      const account = tx.selectFrom("account").select("id").where("id", "=", userId);
      return account.forKeyShare().noWait().execute();
    });
    await locked.promise;
    const deletion = one.ask("/api/v1/account/delete", { email });
    const waiting = () =>
      servers.postgres.query("select pid from pg_stat_activity where wait_event_type = 'Lock'");
    await expect.poll(waiting).toHaveLength(1);
    isWaiting.resolve(null);
    expect(await writing).toEqual([{ id: userId }]);
    expect((await deletion).status).toBe(200);
  });

  test("no log has a value, a password, an email, a cookie or the servers' secret", async () => {
    const { one } = await scene();
    const cookies = [...one.jar.values()];
    const logged = servers.logged();
    for (const canary of ["canary-", password, servers.authSecret, ...cookies]) {
      expect(logged).not.toContain(canary);
    }
  });
});
