import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { readDatabaseConfig } from "@portafilter/server";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../server/src/db/database.ts";
import { createLog } from "../../server/src/log.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

test("a reset link is made for who has an account, while no server runs", {
  timeout: 300_000,
}, async () => {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-account-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const env = { PATH: process.env.PATH ?? "", DATA_DIR: dir, PORT: "8765" };
  const ask = async (email: string) => {
    const child = spawn(process.execPath, [main, "account", "reset-link", email], { env });
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await once(child, "close")) as [number | null];
    const [out, err] = await said;
    return { code, said: out + err, out, err };
  };

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
