import type { Migration } from "kysely/migration";
import { accounts } from "./migrations/0001-accounts.ts";
import { secrets } from "./migrations/0002-secrets.ts";
import { audit } from "./migrations/0003-audit.ts";
import { rateLimits } from "./migrations/0004-limits.ts";
import { lastUse } from "./migrations/0005-last-use.ts";
import { nextToken } from "./migrations/0006-next-token.ts";
import { loads } from "./migrations/0007-loads.ts";

/**
 * Every change of the tables, in the order in which they are made. A migration that was released is
 * never edited, only followed by another.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-accounts": accounts,
  "0002-secrets": secrets,
  "0003-audit": audit,
  "0004-limits": rateLimits,
  "0005-last-use": lastUse,
  "0006-next-token": nextToken,
  "0007-loads": loads,
};
