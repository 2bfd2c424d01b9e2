import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readVerifyConfig } from "@portafilter/server";
import { expect, test } from "vitest";
import { createAudit } from "../../server/src/audit/audit.ts";
import { auditKey } from "../../server/src/audit/hash.ts";
import { type Database, openDatabase } from "../../server/src/db/database.ts";
import { createLog } from "../../server/src/log.ts";
import { runCommand, temporaryFolder } from "./testing/commands.ts";

const authSecret = "a secret of 32 bytes for tests only";

async function folder() {
  const dir = await temporaryFolder("audit");
  const env = { DATA_DIR: dir };
  const verify = async (...args: string[]) => {
    const { code, said } = await runCommand(["audit", "verify", ...args], env);
    return { code, said };
  };
  /** Works on the database as the server would, while no command does. */
  const change = async (work: (db: Database) => Promise<unknown>) => {
    const { database } = await readVerifyConfig(env);
    const db = await openDatabase(database, createLog("silent"));
    await work(db).finally(() => db.close());
  };
  return { dir, verify, change };
}

test("what keeps it from looking is one line, and has an exit code of its own", {
  timeout: 120_000,
}, async () => {
  const { dir, verify } = await folder();
  expect(await verify()).toEqual({
    code: 2,
    said: `${join(dir, "auth.secret")} is not there: set AUTH_SECRET or DATA_DIR\n`,
  });
  await writeFile(join(dir, "auth.secret"), authSecret, { mode: 0o600 });
  expect(await verify()).toEqual({
    code: 2,
    said: `There is no database in ${join(dir, "db")}: DATA_DIR or DATABASE_URL must be the server's.\n`,
  });
  expect(await readdir(dir)).toEqual(["auth.secret"]);
  await mkdir(join(dir, "db"));
  const nowhere = join(dir, "none", "anchor");
  expect(await verify("--anchor", nowhere)).toEqual({
    code: 2,
    said: `There is no folder for the anchor: ${nowhere}\n`,
  });
  expect((await verify("--ancor", nowhere)).code).toBe(2);
});

test("says that all is well, that it is not, and where", { timeout: 300_000 }, async () => {
  const { dir, verify, change } = await folder();
  const anchorFile = join(dir, "audit-anchor.json");
  await writeFile(join(dir, "auth.secret"), authSecret, { mode: 0o600 });
  await change(async (db) => {
    const audit = createAudit({ db, key: auditKey(authSecret) });
    for (const userId of ["ada", "ada", "bob"]) {
      await audit.record({ userId, action: "session.started" });
    }
  });
  expect(await verify()).toEqual({
    code: 0,
    said: `All is as it was written: 3 entries of 2 accounts. There was no earlier state to compare with; it is now in ${anchorFile}.\n`,
  });
  expect((await verify()).said).toContain(`compared with ${anchorFile}`);

  const before = await readFile(anchorFile, "utf8");
  await change((db) =>
    db.kysely
      .updateTable("audit")
      .set({ action: "session.ended" })
      .where("user_id", "=", "ada")
      .where("seq", "=", 2)
      .execute(),
  );
  expect(await verify()).toEqual({
    code: 1,
    said:
      `Account "ada", entry 2: an entry is not what was written, or not in its place.\n` +
      `Broken: 1 list. Looked at 3 entries of 2 accounts. ${anchorFile} was left as it is.\n`,
  });
  expect(await readFile(anchorFile, "utf8")).toBe(before);

  const elsewhere = join(dir, "elsewhere.json");
  await writeFile(elsewhere, "{}");
  expect(await verify("--anchor", elsewhere)).toEqual({
    code: 2,
    said: `${elsewhere} is not an anchor that was written with this AUTH_SECRET.\n`,
  });
});
