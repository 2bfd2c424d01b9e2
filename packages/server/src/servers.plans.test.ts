import { api } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { password } from "./accounts/testing/person.ts";
import { sweep } from "./http/limits/store.ts";
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

/**
 * PostgreSQL reads whole tables only where it has no other way when it is told to avoid that, so a table
 * that was read whole all the same is one that a million rows would make slow.
 */
test("no request reads a whole table", async () => {
  const servers = await startServers(1, { settings: ["enable_seqscan=off"] });
  const [server] = servers.all;
  if (server === undefined) throw new Error("there is one server");
  const database = new URL(servers.url).pathname.slice(1);
  await servers.postgres.query("select pg_stat_reset()", database);
  const email = "ada@portafilter.test";
  const [ada] = await personOn(servers.all, email, "192.0.2.1");
  if (ada === undefined) throw new Error("she has one browser");
  const ask = async (path: string, body?: unknown, status = 200, method?: string) => {
    const how = method ?? (body === undefined ? "GET" : "POST");
    const answer = await ada.call(how, `/api/v1/${path}`, body);
    expect(answer.status, path).toBe(status);
    return answer.body;
  };

  const { id } = api.newSecretAnswer.parse(await ask("secrets", { name: "KEY", value: "1" }));
  const grant = { app: "app-1", secretId: id };
  await ask("grants", { ...grant, until: null });
  await ask("secrets/use", { app: "app-1", name: "KEY" });
  await ask("secrets/use", { app: "app-1", name: "NOT" });
  await ask("secrets/allow", { app: "app-2", name: "KEY", value: "2", until: null });
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
    servers.postgres.query(
      `select from pg_stat_activity where datname = '${database}' and pid <> pg_backend_pid()`,
      database,
    );
  await expect.poll(others).toEqual([]);
  const rows = await servers.postgres.query(
    "select relname, seq_scan::int, coalesce(idx_scan, 0)::int as idx_scan from pg_stat_user_tables",
    database,
  );
  await servers.close();
  const seen = rows.filter(({ relname }) => large.includes(String(relname)));
  expect(seen.map(({ relname }) => relname).toSorted()).toEqual(large);
  expect(seen.filter(({ idx_scan }) => Number(idx_scan) > 0).length).toBeGreaterThan(12);
  expect(seen.filter(({ seq_scan }) => Number(seq_scan) > 0)).toEqual([]);
}, 120_000);
