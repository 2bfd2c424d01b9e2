import type { ColumnType } from "kysely";

/** bigint: drivers disagree on how they hand one out, so it is always taken through `Number`. */
type Seq = ColumnType<string | number | bigint, number, number>;

/** Tables of the audit list. */
export type AuditTables = {
  /** One event of one account. Rows are only ever added, or all of an account's deleted together. */
  audit: {
    user_id: string;
    /** Counts from 1 for each account, without gaps. */
    seq: Seq;
    /** To the millisecond. */
    at: Date;
    action: string;
    app: string | null;
    secret: string | null;
    device: string | null;
    /** Over all of the above and the row before (`chain.ts`). */
    mac: Uint8Array;
  };
  /** Where each account's chain ends; locked by whoever adds to it. */
  audit_head: {
    user_id: string;
    seq: Seq;
    /** Of the last row; all zeros where there is none yet. */
    mac: Uint8Array;
    /** Over the three above. */
    head_mac: Uint8Array;
  };
  /** Accounts whose chain was deleted with them: their absence is right, and nothing is added. */
  audit_erased: {
    user_id: string;
    at: Date;
    mac: Uint8Array;
  };
};
