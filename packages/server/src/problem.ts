import { type ErrorCode, errorCodes } from "@portafilter/protocol";

/** An expected failure, named by its code in the protocol's table. The cause is for the log only. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ErrorCode;
  /** Seconds after which it may go better. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, options?: ErrorOptions & { retryAfter?: number }) {
    super(errorCodes[code].message, options);
    this.code = code;
    this.retryAfter = options?.retryAfter;
  }
}
