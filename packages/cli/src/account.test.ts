import { join } from "node:path";
import { readDatabaseConfig } from "@portafilter/server";
import { expect, onTestFinished, test } from "vitest";
import { openAccountParts } from "../../server/src/account-parts.ts";
import { createBrowser } from "../../server/src/accounts/testing/browser.ts";
import { codeOf, password, whoIs } from "../../server/src/accounts/testing/person.ts";
import { openDatabase } from "../../server/src/db/database.ts";
import { createLog } from "../../server/src/log.ts";
import { testSettings } from "../../server/src/testing/assembled.ts";
import { platform } from "../../server/src/testing/server.ts";
import { runCommand, temporaryFolder } from "./testing/commands.ts";

/** A data folder of a server with this port, and the command on it. */
async function folder(port: string) {
  const dir = await temporaryFolder("account");
  const env = { DATA_DIR: dir, PORT: port };
  const ask = (email: string) => runCommand(["account", "reset-link", email], env);
  return { dir, env, ask };
}

/** The accounts of the server on that folder, until they are closed. */
async function openAccounts({ dir, env }: Awaited<ReturnType<typeof folder>>) {
  const nothing = () => undefined;
  const parts = await openAccountParts(
    { ...testSettings, database: readDatabaseConfig(env) },
    dir,
    {
      log: createLog("silent"),
      metrics: { keyServerFailure: nothing, auditBatch: nothing, watchPool: nothing },
      platformOrigin: platform,
      trustedProxies: 1,
    },
  );
  onTestFinished(parts.close);
  const browser = (address: string, jar?: Map<string, string>) =>
    createBrowser((request) => parts.api().fetch(request, {}), platform, address, jar);
  return { browser, close: parts.close };
}

test("a reset link is made for who has an account, while no server runs", {
  timeout: 300_000,
}, async () => {
  const { dir, env, ask } = await folder("8765");
  expect(await ask("ada@example.org")).toMatchObject({
    code: 1,
    said: `There is no database in ${join(dir, "db")}: DATA_DIR or DATABASE_URL must be the server's.\n`,
  });
  const db = await openDatabase(readDatabaseConfig(env), createLog("silent"));
  const now = new Date();
  await db.kysely
    .insertInto("account")
    .values({
      id: "ada",
      email: "ada@example.org",
      email_verified: true,
      name: "",
      created_at: now,
      updated_at: now,
    })
    .execute();
  const inUse = await ask("ada@example.org");
  expect(inUse.code).toBe(1);
  expect(inUse.said).toContain("is in use by");
  await db.close();

  const made = await ask(" Ada@Example.org ");
  expect(made.code).toBe(0);
  expect(made.said).toMatch(/^http:\/\/pycafe\.localhost:8765\/reset#token=[\w-]{43}$/m);
  expect(made.out).not.toContain("PUBLIC_URL");
  expect(made.err).toBe(
    "It leads to http://pycafe.localhost:8765. Where that is not the server, call this with the server's PORT, PLATFORM_HOST and PUBLIC_URL.\n",
  );
  expect(await ask("eve@example.org")).toMatchObject({
    code: 1,
    said: "Nobody has an account with this email.\n",
  });
  expect((await ask("nobody")).said).toBe("This is no email.\n");
});

test("its link sets another password, once, and ends every sign-in", {
  timeout: 300_000,
}, async () => {
  const on = await folder(new URL(platform).port);
  const email = "ada@example.org";
  const before = await openAccounts(on);
  const first = before.browser("10.0.0.1");
  const second = before.browser("10.0.0.2");
  expect(await codeOf(first, "sign-up", { email, password })).toBeUndefined();
  expect(await codeOf(second, "sign-in", { email, password })).toBeUndefined();
  await before.close();

  const { code, out } = await on.ask(email);
  expect(code).toBe(0);
  const link = new URL(out.split("\n")[0] ?? "");
  expect(link.origin + link.pathname).toBe(`${platform}/reset`);
  const token = link.hash.replace("#token=", "");

  const { browser } = await openAccounts(on);
  const signedIn = [browser("10.0.0.1", first.jar), browser("10.0.0.2", second.jar)];
  for (const one of signedIn) expect(await whoIs(one)).toMatchObject({ email });
  const stranger = browser("10.0.0.3");
  const next = "Difference Engine";
  expect(await codeOf(stranger, "reset", { token, password: next })).toBeUndefined();
  for (const one of signedIn) expect(await whoIs(one)).toBeNull();
  const again = { token, password: "Jacquard Loom" };
  expect(await codeOf(stranger, "reset", again)).toBe("link_expired");
  for (const wrong of [password, again.password]) {
    expect(await codeOf(stranger, "sign-in", { email, password: wrong })).toBe("wrong_credentials");
  }
  expect(await codeOf(stranger, "sign-in", { email, password: next })).toBeUndefined();
  expect(await whoIs(stranger)).toMatchObject({ email });
});
