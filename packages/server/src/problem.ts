import { type ErrorCode, errorCodes } from "@portafilter/protocol";

/** An expected failure, named by its code in the protocol's table. The cause is for the log only. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, options?: ErrorOptions) {
    super(errorCodes[code].message, options);
    this.code = code;
  }
}
