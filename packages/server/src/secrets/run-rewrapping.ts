import type { RewrapConfig } from "../config.ts";
import { openDatabase } from "../db/database.ts";
import { KeyServerError } from "../keys/failure.ts";
import { createKeyClient } from "../keys/key-client.ts";
import type { Log } from "../log.ts";
import { type Rewrapped, rewrapAll } from "./rewrapping.ts";

/** Wraps the data keys of the database that the settings name; as {@link rewrapAll}. */
export async function runRewrapping(
  { database, keyServer }: RewrapConfig,
  log: Log,
  onBatch: (count: number) => void,
): Promise<Rewrapped> {
  const db = await openDatabase(database, log);
  const keys = createKeyClient(keyServer, log);
  try {
    return await rewrapAll(db.kysely, keys.transit, onBatch);
  } finally {
    keys.close();
    await db.close();
  }
}

/** Why the key server was of no use; undefined for any other error. */
export function keyServerFailure(error: unknown): string | undefined {
  return error instanceof KeyServerError ? error.reason : undefined;
}
