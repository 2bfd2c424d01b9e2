import type { Route } from "../http/route.ts";
import { createChanging } from "./changing.ts";
import { createFindings } from "./findings.ts";
import { createGranting } from "./granting.ts";
import { createGuard } from "./guard.ts";
import { createKnownHeads } from "./known-heads.ts";
import { createLastUses } from "./last-uses.ts";
import { createChange } from "./ledger.ts";
import { createLooking } from "./looking.ts";
import { createMerging } from "./merging.ts";
import type { Ports } from "./ports.ts";
import { createRead } from "./reading.ts";
import { secretRoutes } from "./routes.ts";
import { deleteAll, type Tx } from "./store.ts";
import { createUse } from "./using.ts";
import { createUseAgain } from "./using-again.ts";

/** The secrets of accounts: encrypted, versioned, granted to apps. */
export type Secrets = Readonly<{
  routes: readonly Route[];
  /**
   * Destroys a user's secrets and data keys in the caller's transaction, which must not have locked
   * anything else of this user before. Call {@link Secrets.forget} once it is committed.
   */
  erase: (tx: Tx, userId: string) => Promise<void>;
  /** Forgets a user's keys and list in this process's memory: at sign-out and deletion. */
  forget: (userId: string) => void;
  /** Writes what was not yet written. */
  close: () => Promise<void>;
}>;

/** Entries of version heads in memory, of about 300 bytes each. */
const mostEntries = 200_000;

export function createSecrets(ports: Ports): Secrets {
  const { db, dataKeys, audit, log, now = Date.now } = ports;
  const heads = createKnownHeads(mostEntries);
  const lastUses = createLastUses(db, log);
  const read = createRead(dataKeys, heads);
  const change = createChange(ports, heads);
  const again = createUseAgain({ ...ports, heads, now });
  const findings = createFindings(ports);
  const operations = {
    ...createChanging(change, now),
    ...createGranting(change, lastUses, now),
    ...createLooking({ db, audit, dataKeys, read, lastUses, findings, now }),
    use: createUse({ db, audit, dataKeys, read, heads, again, lastUses, now }),
    merge: createMerging(change, now),
  };

  return {
    routes: secretRoutes(operations, createGuard(findings)),
    erase: deleteAll,
    forget: (userId) => {
      dataKeys.drop(userId);
      heads.drop(userId);
    },
    close: () => lastUses.flush(),
  };
}
