import type { AccountTables } from "../accounts/tables.ts";
import type { AuditTables } from "../audit/tables.ts";
import type { LimitTables } from "../http/limit-tables.ts";
import type { SecretTables } from "../secrets/tables.ts";

/** Every table; each type lives with the domain that owns it. */
export type Tables = AccountTables & SecretTables & AuditTables & LimitTables;
