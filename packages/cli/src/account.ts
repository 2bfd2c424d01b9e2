import {
  createLog,
  isNoEmail,
  makeResetLink,
  readConfig,
  readDatabaseConfig,
} from "@portafilter/server";
import { Fatal } from "./fatal.ts";

/**
 * Tells the link by which somebody chooses a new password. With PostgreSQL it works beside the server;
 * PGlite belongs to one process, so there the server must be stopped first.
 */
export async function tellResetLink(email: string, say: (line: string) => void): Promise<void> {
  const { platformOrigin } = readConfig();
  const database = readDatabaseConfig();
  const made = makeResetLink(email, { database, platformOrigin }, createLog("error"));
  const link = await made.catch((error: unknown) => {
    if (isNoEmail(error)) throw new Fatal("This is no email.");
    throw error;
  });
  if (link === undefined) throw new Fatal("Nobody has an account with this email.");
  say(link);
  say("It works once, within an hour, and signs out every device. Give it to nobody else.");
}
