import {
  createLog,
  isNoEmail,
  makeResetLink,
  readConfig,
  readDatabaseConfig,
} from "@portafilter/server";
import { needDatabase } from "./data-folder.ts";
import { Fatal } from "./fatal.ts";

/**
 * Tells the link by which somebody chooses a new password, and through `note` whose link it is. With
 * PostgreSQL it works beside the server; PGlite belongs to one process, so there the server must be
 * stopped first.
 */
export async function tellResetLink(
  email: string,
  say: (line: string) => void,
  note: (line: string) => void,
): Promise<void> {
  const { platformOrigin } = readConfig();
  const database = readDatabaseConfig();
  await needDatabase(database);
  const made = makeResetLink(email, { database, platformOrigin }, createLog("error"));
  const link = await made.catch((error: unknown) => {
    if (isNoEmail(error)) throw new Fatal("This is no email.");
    throw error;
  });
  if (link === undefined) throw new Fatal("Nobody has an account with this email.");
  say(link);
  say("It works once, within an hour, and signs out every device. Give it to nobody else.");
  note(
    `It leads to ${platformOrigin}. Where that is not the server, call this with the server's PORT, PLATFORM_HOST and PUBLIC_URL.`,
  );
}
