import * as z from "zod/mini";
import { appId, secretName } from "../names.ts";
import { moment } from "./parts.ts";

/** What is written down. Never a value. */
export const auditAction = z.enum([
  "account.created",
  "account.email_changed",
  "account.password_changed",
  "account.password_reset",
  "account.passkey_added",
  "account.passkey_removed",
  "session.started",
  "session.refused",
  "session.ended",
  "session.all_ended",
  "session.confirmed",
  "secret.created",
  "secret.changed",
  "secret.restored",
  /** With the name that it had; `secret.named` follows, with the one that it has now. */
  "secret.renamed",
  "secret.named",
  "secret.deleted",
  "secret.revealed",
  "secret.used",
  "grant.given",
  "grant.revoked",
  "merge.done",
  "integrity_failure",
]);
export type AuditAction = z.infer<typeof auditAction>;

export const auditEntry = z.strictObject({
  /** Counts from 1 for each account, without gaps. */
  seq: z.int(),
  at: moment,
  action: auditAction,
  app: z.nullable(appId),
  secret: z.nullable(secretName),
  /** Browser and system in words, such as `Firefox on Linux`. */
  device: z.nullable(z.string()),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** `GET /api/v1/audit?before=<seq>`, newest first. */
export const auditPage = z.strictObject({
  entries: z.array(auditEntry),
  /** What to ask for `before` to go on; null at the end. */
  before: z.nullable(z.int()),
});
export type AuditPage = z.infer<typeof auditPage>;
