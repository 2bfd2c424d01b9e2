import { join } from "node:path";
import { readDatabaseConfig } from "@portafilter/server";
import { expect, onTestFinished, test } from "vitest";
import { type Database, openDatabase } from "../../server/src/db/database.ts";
import { clientFor } from "../../server/src/keys/testing/client.ts";
import { startRealKeyServer } from "../../server/src/keys/testing/real-key-server.ts";
import { createLog } from "../../server/src/log.ts";
import { createWorld, stored } from "../../server/src/secrets/testing/world.ts";
import { runCommand } from "./testing/commands.ts";

test("after a rotation no account's key is left under the old version, and all of them open", {
  timeout: 300_000,
}, async () => {
  const server = await startRealKeyServer();
  onTestFinished(() => server.remove());
  const env = { DATA_DIR: server.folder };
  const settings = {
    KEYSERVER_ADDR: server.origin,
    KEYSERVER_TOKEN_FILE: join(server.folder, "keyserver", "app.token"),
  };
  const rotate = async (more: Record<string, string> = settings) => {
    const { code, said } = await runCommand(["rotate"], { ...env, ...more });
    return { code, said };
  };
  const client = () => clientFor(server.origin, { token: () => server.appToken });
  /** Works on the database as the server would, while no command does. */
  const change = async (work: (db: Database) => Promise<unknown>) => {
    const db = await openDatabase(readDatabaseConfig(env), createLog("silent"));
    await work(db).finally(() => db.close());
  };

  expect(await rotate({})).toEqual({ code: 2, said: "KEYSERVER_ADDR must be the key server's\n" });
  expect((await rotate()).said).toContain("There is no database in");
  await change(async (db) => {
    const w = await createWorld(db, () => client().dataKeys);
    for (const user of ["ada", "bob"]) await stored(w, user, "KEY");
  });
  await server.operate("transit/keys/portafilter/rotate");
  expect(await rotate()).toEqual({
    code: 0,
    said: "Wrapped anew under version 2: 2. Under it already: 0.\n",
  });
  await server.operate("transit/keys/portafilter/config", { min_decryption_version: 2 });
  await change(async (db) => {
    const rows = await db.kysely.selectFrom("data_key").select(["user_id", "wrapped"]).execute();
    const { transit } = client();
    for (const { user_id: userId, wrapped } of rows)
      expect(await transit.unwrap({ userId, wrapped })).toHaveLength(32);
  });
  expect((await rotate()).said).toBe("Wrapped anew under version 2: 0. Under it already: 2.\n");
  await server.kill();
  expect(await rotate()).toEqual({
    code: 2,
    said: "The key server could not do it (unreachable). What was wrapped by then stays; call this again.\n",
  });
});
