import type { DatabaseError as ServerError } from "pg";
import { ExplainedError } from "../error-description.ts";
import { Problem } from "../problem.ts";

/** A reason why there is no database, in one line for the person who runs the server. */
export class UnusableDatabase extends ExplainedError {
  override readonly name = "UnusableDatabase";
  /** It may be well again without anybody doing something here, so it is worth trying again. */
  readonly isAway: boolean;

  constructor(message: string, options: ErrorOptions & { isAway?: boolean } = {}) {
    super(message, options);
    this.isAway = options.isAway ?? false;
  }
}

/**
 * Classes of SQLSTATE that speak of the database's state and not of the statement: connection (08),
 * authorization (28), resources (53), shutdown and cancelled (57), its disk (58), a lost race (40), a
 * database that is not there (3D), a copy that takes no writes (25006), a lock not had in time (55P03),
 * a transaction that paused too long (25P03).
 */
const states = /^(?:08|28|3D|40|53|57|58)|^(?:25006|25P03|55P03)$/;

/**
 * Turns a fault of the database into `Problem("database_unavailable")`, and leaves what it says about a
 * statement, without the values in it: errors end up in the log.
 */
export function faultOf(error: unknown): unknown {
  if (error instanceof Problem) return error;
  const state = sqlState(error);
  if (state !== undefined) withoutValues(error as Error, state);
  if (state !== undefined && !states.test(state) && !isStale(error)) return error;
  return new Problem("database_unavailable", { cause: error });
}

/** Where PostgreSQL repeats what it was given: `Key (email)=(…) already exists.` PGlite adds parameters. */
const repeating = ["detail", "where", "internalQuery", "hint", "params"];

function withoutValues(error: Error, state: string): void {
  for (const name of repeating) Reflect.deleteProperty(error, name);
  // Class 22, of values that do not fit their type, repeats them in the message, which the stack begins with.
  if (!state.startsWith("22")) return;
  error.stack = (error.stack ?? "").replace(error.message, () => `a value was refused (${state})`);
  error.message = `a value was refused (${state})`;
}

/** The five characters by which PostgreSQL names an error, or undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  const isOurs = error instanceof Error && "code" in error && typeof error.code === "string";
  return isOurs && /^[0-9A-Z]{5}$/.test(error.code as string) && "severity" in error
    ? (error.code as string)
    : undefined;
}

/**
 * Whether a connection is of no more use after this error: it broke, it stopped answering, the server
 * ends it, or it leads to a copy that takes no writes.
 */
export function breaksConnection(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined || /^(?:08|57P)|^(?:25006|25P03)$/.test(state) || isStale(error);
}

/** Whether a prepared statement is of tables that were changed since; a new connection has none. */
function isStale(error: unknown): boolean {
  return sqlState(error) === "0A000" && (error as ServerError).routine === "RevalidateCachedQuery";
}

/** Whether a transaction lost against another one and would do better at the next try. */
export function isLostRace(error: unknown): boolean {
  const state = sqlState(error instanceof Problem ? error.cause : error);
  return state === "40001" || state === "40P01";
}

/** Whether a row was refused because a value that must be unique is there; of the constraint, if named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== "23505") return false;
  return constraint === undefined || (error as ServerError).constraint === constraint;
}
