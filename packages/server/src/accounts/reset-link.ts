import type { DatabaseConfig } from "../db/config.ts";
import { openDatabase } from "../db/database.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import { normaliseEmail } from "./email.ts";
import { createLinks } from "./links/links.ts";
import * as users from "./users/store.ts";

/**
 * Makes the link by which somebody chooses a new password, for an operator without a mail server. On
 * PostgreSQL the server may run meanwhile.
 * @returns the link, which is secret material and works once within an hour; undefined where nobody
 * has this email.
 * @throws Problem `bad_request` when it is no email, and what `openDatabase` throws.
 */
export async function makeResetLink(
  email: string,
  { database, platformOrigin }: Readonly<{ database: DatabaseConfig; platformOrigin: string }>,
  log: Log,
): Promise<string | undefined> {
  const known = normaliseEmail(email);
  const db = await openDatabase(database, log);
  try {
    const account = await users.findByEmail(db.kysely, known);
    if (account === undefined) return undefined;
    const links = createLinks({ db, platformOrigin, now: Date.now });
    return await links.make({ purpose: "reset", userId: account.id });
  } finally {
    await db.close();
  }
}

/** Whether an error says that a text is no email. */
export function isNoEmail(error: unknown): boolean {
  return error instanceof Problem && error.code === "bad_request";
}
