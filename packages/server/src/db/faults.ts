import type { DatabaseError as ServerError } from "pg";
import { Problem } from "../problem.ts";

/** A reason why there is no database, in one line for the person who runs the server. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
}

/**
 * Classes of SQLSTATE that speak of the database's state and not of the statement: connection (08),
 * authorization (28), resources (53), shutdown and cancelled (57), its disk (58), a lost race (40), a
 * database that is not there (3D), a copy that takes no writes (25006), a lock not had in time (55P03),
 * a transaction that paused too long (25P03).
 */
const states = /^(?:08|28|3D|40|53|57|58)|^(?:25006|25P03|55P03)$/;

/** Turns a fault of the database into `Problem("database_unavailable")`, and leaves what it says about a statement. */
export function faultOf(error: unknown): unknown {
  if (error instanceof Problem) return error;
  const state = sqlState(error);
  if (state !== undefined && !states.test(state)) return error;
  return new Problem("database_unavailable", { cause: error });
}

/** The five characters by which PostgreSQL names an error, or undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  const isOurs = error instanceof Error && "code" in error && typeof error.code === "string";
  return isOurs && /^[0-9A-Z]{5}$/.test(error.code as string) && "severity" in error
    ? (error.code as string)
    : undefined;
}

/** Whether a row was refused because a value that must be unique is there; of the constraint, if named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== "23505") return false;
  return constraint === undefined || (error as ServerError).constraint === constraint;
}
