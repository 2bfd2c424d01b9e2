import { limits } from "@portafilter/protocol";
import { isOver } from "./contents.ts";
import { Damaged } from "./damaged.ts";
import { countGrants, secretsOfEndedGrants } from "./held/store.ts";
import type { Page } from "./ledger.ts";
import { deleteGrants } from "./store.ts";

/** Secrets that are looked at, in one transaction, for grants that ended. */
const most = 20;

/**
 * How many more grants the account takes. Where that is less than is wanted, such as ended go first, of a
 * few secrets: what was read of a secret before is to be read again.
 */
export async function roomForGrants(page: Page, at: Date, wanted = 1): Promise<number> {
  const { tx, userId } = page;
  const room = limits.grantsPerUser - (await countGrants(tx, userId));
  if (room >= wanted) return room;
  let freed = 0;
  for (const id of await secretsOfEndedGrants(tx, userId, at, most)) {
    freed += await dropEnded(page, id, at.getTime());
  }
  return room + freed;
}

async function dropEnded(page: Page, id: string, now: number): Promise<number> {
  try {
    const found = await page.find({ id });
    if (found === null) return 0;
    const { secret } = found;
    const apps = secret.grants.filter(({ until }) => isOver(until, now)).map(({ app }) => app);
    const grants = secret.grants.filter(({ until }) => !isOver(until, now));
    await deleteGrants(page.tx, page.userId, id, apps);
    page.put({ ...secret, grants });
    return apps.length;
  } catch (error) {
    // It can only be deleted, and is in the way of no other.
    if (error instanceof Damaged) return 0;
    throw error;
  }
}
