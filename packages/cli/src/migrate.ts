import {
  createLog,
  type DatabaseConfig,
  migrateDatabase,
  readMigrateConfig,
} from "@portafilter/server";
import { makeFolderOf } from "./data-folder.ts";

/** Makes the migrations that the database lacks, and says which, and in which database. */
export async function migrate(say: (line: string) => void): Promise<void> {
  const settings = readMigrateConfig();
  await makeFolderOf(settings.config);
  const made = await migrateDatabase(settings, createLog("warn"));
  for (const name of made) say(`Made ${name}`);
  const state = made.length === 0 ? "is up to date" : "is up to date now";
  say(`The database ${nameOf(settings.config)} ${state}`);
}

/** What people call a database: its folder, or its name and where it is. No user, no password. */
export function nameOf(config: DatabaseConfig): string {
  if (config.kind === "pglite") return `in ${config.folder}`;
  const { pathname, searchParams, host } = new URL(config.url);
  // As pg reads it: what is in the query goes before, and nothing is the machine's own.
  const given = searchParams.get("host");
  const port = searchParams.get("port");
  const at = given === null ? decodeURIComponent(host) : given + (port === null ? "" : `:${port}`);
  const name = decodeURIComponent(pathname.slice(1));
  return `${name === "" ? "of that user" : name} on ${at === "" ? "localhost" : at}`;
}
