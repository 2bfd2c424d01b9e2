import { createLog, migrateDatabase, readMigrateConfig } from "@portafilter/server";

/** Makes the migrations that the database lacks, and says which. */
export async function migrate(say: (line: string) => void): Promise<void> {
  const made = await migrateDatabase(readMigrateConfig(), createLog("warn"));
  for (const name of made) say(`Made ${name}`);
  say(made.length === 0 ? "The database is up to date" : "The database is up to date now");
}
