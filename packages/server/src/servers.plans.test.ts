import { api } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { password } from "./accounts/testing/person.ts";
import { sweep } from "./http/limits/store.ts";
import { noDigest } from "./secrets/testing/world.ts";
import { personOn, startServers } from "./testing/servers.ts";

/** What grows with the number of accounts, secrets and events. */
const large = [
  "account",
  "account_challenge",
  "account_identity",
  "account_link",
  "account_passkey",
  "account_session",
  "audit",
  "audit_erased",
  "audit_head",
  "data_key",
  "rate_limits",
  "secret",
  "secret_contents",
  "secret_grant",
  "secret_merge",
  "secret_version",
];

/** One server whose statistics begin before its first request, and somebody with an account there. */
async function scene(settings: readonly string[]) {
  const servers = await startServers(1, { settings });
  const [server] = servers.all;
  if (server === undefined) throw new Error("there is one server");
  const database = new URL(servers.url).pathname.slice(1);
  const query = (statement: string) => servers.postgres.query(statement, database);
  await query("select pg_stat_reset()");
  const [ada] = await personOn(servers.all, "ada@portafilter.test", "192.0.2.1");
  if (ada === undefined) throw new Error("she has one browser");
  return { servers, server, ada, query };
}

/**
 * PostgreSQL reads whole tables only where it has no other way when it is told to avoid that, so a table
 * that was read whole all the same is one that a million rows would make slow.
 */
test("no request reads a whole table", async () => {
  const { servers, server, ada, query } = await scene(["enable_seqscan=off"]);
  const ask = async (path: string, body?: unknown, status = 200, method?: string) => {
    const how = method ?? (body === undefined ? "GET" : "POST");
    const answer = await ada.call(how, `/api/v1/${path}`, body);
    expect(answer.status, path).toBe(status);
    return answer.body;
  };

  const { id } = api.newSecretAnswer.parse(await ask("secrets", { name: "KEY", value: "1" }));
  const grant = { app: "app-1", secretId: id };
  await ask("grants", { ...grant, loads: noDigest, until: null });
  await ask("secrets/use", { app: "app-1", loads: noDigest, name: "KEY" });
  await ask("secrets/use", { app: "app-1", loads: noDigest, name: "NOT" });
  await ask("secrets/allow", { app: "app-2", loads: [], name: "KEY", value: "2", until: null });
  await ask(`secrets/${id}/versions`, { value: "3" });
  await ask(`secrets/${id}/versions`);
  await ask(`secrets/${id}/restore`, { version: 1 });
  await ask(`secrets/${id}/reveal`, { version: 2 });
  await ask(`secrets/${id}`, { name: "OTHER" }, 200, "PATCH");
  await ask("secrets");
  await ask("grants/revoke", grant);
  const secrets = [
    { name: "OTHER", value: "4" },
    { name: "NEW", value: "5" },
  ];
  await ask("merge", { mergeId: crypto.randomUUID(), secrets, grants: [] });
  await ask(`secrets/${id}`, undefined, 200, "DELETE");
  await ask("audit");
  await ask("session");
  await ask("account/devices");
  await ask("account/devices/end-others", {});
  await ask("account/passkeys");
  await ask("account/passkeys/register-options", {});
  await ask("account/passkeys/sign-in-options", {});
  await ask("account/email", { email: "ada@elsewhere.test" });
  const next = "Difference Engine";
  await ask("account/password", { current: password, next });
  await ask("account/sign-out", {});
  await ask("account/sign-in", { email: "ada@elsewhere.test", password }, 401);
  await ask("account/sign-in", { email: "ada@elsewhere.test", password: next });
  await ask("account/confirm", { password: next });
  await ask("account/delete", { email: "ada@elsewhere.test" });
  await sweep(server.db);

  // What a connection did is counted when it ends.
  await server.close();
  const others = () =>
    query(
      "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
  await expect.poll(others).toEqual([]);
  const rows = await query(
    "select relname, seq_scan::int, coalesce(idx_scan, 0)::int as idx_scan from pg_stat_user_tables",
  );
  await servers.close();
  const seen = rows.filter(({ relname }) => large.includes(String(relname)));
  expect(seen.map(({ relname }) => relname).toSorted()).toEqual(large);
  expect(seen.filter(({ idx_scan }) => Number(idx_scan) > 0).length).toBeGreaterThan(12);
  expect(seen.filter(({ seq_scan }) => Number(seq_scan) > 0)).toEqual([]);
}, 120_000);

/**
 * It takes a list in JSON for a hundred rows, and for so many it would rather read a table of some thousand
 * rows whole, or make a hash of it, than look into its index: but most lists have one row or three.
 */
test("get_secret reads no table of ten thousand rows whole, left to what PostgreSQL prefers", async () => {
  const { servers, server, ada, query } = await scene([]);
  const created = await ada.ask("/api/v1/secrets", { name: "KEY", value: "1" });
  const { id } = api.newSecretAnswer.parse(created.body);
  await ada.ask("/api/v1/grants", { app: "app-1", loads: noDigest, secretId: id, until: null });
  const others = "from generate_series(1, 10000) as n";
  const hash = "sha256(convert_to(n::text, 'UTF8'))";
  for (const statement of [
    `insert into account (id, email, email_verified, name, created_at, updated_at)
      select 'p' || n, n || '@portafilter.test', true, '', now(), now() ${others}`,
    `insert into account_session (id, user_id, token_hash, created_at, confirmed_at, seen_at)
      select 's' || n, 'p' || n, ${hash}, now(), now(), now() ${others}`,
    `insert into data_key (user_id, dek_id, wrapped, created_at)
      select 'p' || n, ${hash}, '', now() ${others}`,
    `insert into secret_contents (user_id, dek_id, edition, record)
      select 'p' || n, ${hash}, 1, ${hash} ${others}`,
    `insert into secret (id, user_id, name, created_at, updated_at, latest, oldest)
      select 'x' || n, 'p' || n, 'KEY', now(), now(), 1, 1 ${others}`,
    `insert into secret_version (secret_id, version, record, created_at)
      select 'x' || n, 1, ${hash}, now() ${others}`,
    `insert into secret_grant (user_id, secret_id, app, created_at)
      select 'p' || n, 'x' || n, 'app-1', now() ${others}`,
    `insert into audit_head (user_id, seq, mac, head_mac) select 'p' || n, 0, ${hash}, ${hash} ${others}`,
    "analyze",
    "select pg_stat_reset()",
  ]) {
    await query(statement);
  }
  const use = async () =>
    (await ada.ask("/api/v1/secrets/use", { app: "app-1", loads: noDigest, name: "KEY" })).body
      .value;
  // Ten times each: a statement that stays prepared is planned anew for its first runs.
  for (let n = 0; n < 10; n += 1) {
    expect(await use()).toBe("1");
    expect(await Promise.all([use(), use(), use()])).toEqual(["1", "1", "1"]);
  }
  await server.close();
  // Twenty statements of a kind were run. What was counted before may come in late, and is less.
  const read = () =>
    query("select relname, seq_scan::int from pg_stat_user_tables where seq_scan >= 10");
  const used = () =>
    query("select from pg_stat_user_tables where relname = 'secret' and idx_scan > 19");
  // What a connection did is counted when it ends.
  await expect.poll(used, { timeout: 30_000 }).toHaveLength(1);
  const whole = (await read()).filter(({ relname }) => large.includes(String(relname)));
  await servers.close();
  expect(whole).toEqual([]);
}, 120_000);
