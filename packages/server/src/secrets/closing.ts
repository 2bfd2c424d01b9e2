import type { api } from "@portafilter/protocol";
import type { AuditEvent } from "../audit/audit.ts";
import { noticeOf } from "../events/events.ts";
import { writeLast } from "./held/last.ts";
import type { By, Ports } from "./ports.ts";
import type { Tx } from "./store.ts";

/** What is written down and told when a change is committed. */
export type Told = Omit<AuditEvent, "userId" | "device"> & {
  readonly events?: readonly api.AccountEvent[];
};

/** A head to be put in place. */
export type NewHead = Readonly<{ edition: number; record: Uint8Array }>;

/** Events of one transaction that are told one by one. */
const mostEvents = 20;

/**
 * Ends a change: head, notices and audit, by one statement where this process knows the end of the audit
 * list. Last, because from there on nobody else adds to this account's audit until the transaction is over.
 */
export async function close(
  audit: Pick<Ports["audit"], "append" | "along">,
  tx: Tx,
  by: By,
  { head, told }: Readonly<{ head: NewHead | null; told: readonly Told[] }>,
): Promise<void> {
  if (head === null && told.length === 0) return;
  const { userId } = by;
  const published = told.flatMap((one) => one.events ?? []);
  // A merge may change a thousand secrets; then pages ask again for everything.
  const many = published.length > mostEvents;
  const events = many ? [{ type: "resync" } as const] : published;
  const notices = events.map((event) => noticeOf(userId, event));
  const lines = told.map(({ action, app = null, secret = null }) => {
    return { ...by, action, app, secret };
  });
  const written = await audit.along(lines, async (draft) => {
    const isWritten = await writeLast(tx, userId, { head, notices, draft });
    return new Set(isWritten ? [userId] : []);
  });
  if (!written.has(userId)) await audit.append(tx, lines);
}
