import { isName } from "./shown-name.ts";

/**
 * Rows that are not what was written: swapped, rolled back, forged or cut. To the outside
 * `integrity_failure`, and a line in the audit (`guard.ts`). Holds no value.
 */
export class Damaged extends Error {
  override readonly name = "Damaged";
  /** Which secret, where that is known and its name is one. */
  readonly secret: string | null;

  constructor(what: string, secret: string | null = null) {
    super(what);
    this.secret = secret !== null && isName(secret) ? secret : null;
  }
}
