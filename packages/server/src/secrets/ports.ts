import type { Audit } from "../audit/audit.ts";
import type { Database } from "../db/database.ts";
import type { DataKeys } from "../keys/data-keys.ts";
import type { Log } from "../log.ts";

/** Who asks, and from which browser. */
export type By = Readonly<{ userId: string; device: string | null }>;

/** What secrets are kept and told with. */
export type Ports = Readonly<{
  db: Pick<Database, "kysely" | "transaction">;
  dataKeys: Pick<DataKeys, "create" | "use" | "holds" | "drop">;
  audit: Pick<Audit, "append" | "record" | "along">;
  log: Pick<Log, "warn" | "error">;
  now?: () => number;
}>;

/** An app, and the digest of what it has loaded from outside the lock: a grant is for both. */
export type Asker = Readonly<{ app: string; loads: string }>;
