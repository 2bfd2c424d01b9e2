import { type ErrorCode, errorCodes } from "@portafilter/protocol";

/**
 * `unreachable`: no answer came, so that nothing is known about what the server did. `outdated`: one came
 * that this build of the page does not understand, and will not at another try.
 */
export type ApiErrorCode = ErrorCode | "unreachable" | "outdated";

type Details = {
  /** Names the line in the server's log; null when the answer had none. */
  readonly id?: string | null;
  /** Seconds after which another attempt may be made; null when the answer did not say. */
  readonly retryAfter?: number | null;
};

/** A call that was refused or not answered. Carries a code, never what was sent or received. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  readonly id: string | null;
  readonly retryAfter: number | null;

  constructor(code: ApiErrorCode, { id = null, retryAfter = null }: Details = {}) {
    super(code);
    this.code = code;
    this.id = id;
    this.retryAfter = retryAfter;
  }
}

/** The code of any failure of a call; what is no `ApiError` counts as `internal`. */
export function codeOf(error: unknown): ApiErrorCode {
  return error instanceof ApiError ? error.code : "internal";
}

/** A code that this page knows; `internal` for every other. */
export function knownCode(code: string): ErrorCode {
  return Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "internal";
}
