import { Problem } from "../problem.ts";

/** Why the key server was of no use. For the log and the audit; a visitor is told none of it. */
export type KeyFailure =
  /** No connection, a broken one, or a certificate that is not the one expected. */
  | "unreachable"
  /** The deadline passed. */
  | "late"
  /** Too many calls wait already. */
  | "busy"
  /** It failed a moment ago and is left alone for a while. */
  | "resting"
  /** 503: sealed, or not the active one. */
  | "sealed"
  /** 429: it asks to be left alone. */
  | "throttled"
  /** 5xx. */
  | "failed"
  /** An answer that cannot be one: not JSON, too long, another shape, contradicting itself. */
  | "nonsense"
  /** 403: the token may not do this, or is no longer valid. */
  | "denied"
  /** It refused the request for another reason. */
  | "rejected"
  /** A wrapped key that was changed, or is another user's. */
  | "not_authentic"
  /** The key it holds does not derive a key for each user. */
  | "unsuitable_key"
  /** The key was dropped (sign-out, revocation, rotation) while it was on its way. */
  | "dropped";

const faultsOfTheServer: ReadonlySet<KeyFailure> = new Set([
  "unreachable",
  "late",
  "sealed",
  "throttled",
  "failed",
  "nonsense",
]);

/**
 * Everything that goes wrong with keys. To the outside it is `secret_unavailable` and nothing else.
 * Neither this nor its cause ever holds a key, a token or a part of an answer.
 */
export class KeyServerError extends Problem {
  readonly reason: KeyFailure;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(reason: KeyFailure, options: ErrorOptions & { status?: number } = {}) {
    super("secret_unavailable", options);
    this.reason = reason;
    this.status = options.status;
  }

  /** Whether it speaks against the server, rather than against the request. */
  get isFaultOfServer(): boolean {
    return faultsOfTheServer.has(this.reason);
  }
}
