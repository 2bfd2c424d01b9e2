import type { PGlite } from "@electric-sql/pglite";
import { sqlState, UnusableDatabase } from "./faults.ts";

/** Told once, in one line for people, when a database in this process is over until the next start. */
export type OnEnd = (reason: UnusableDatabase) => void;

/** Whether a PGlite may still be called. */
export type Life = Readonly<{
  /** Why it is over, or undefined while it is not. */
  ended: () => UnusableDatabase | undefined;
  /** Ends it: whatever asks it from now on is refused, and its program is not called again. */
  end: (cause: unknown) => void;
}>;

/** With this status PostgreSQL leaves a statement that failed, in PGlite, and goes on. */
const failedStatement = 100;

type Program = { _PostgresMainLoopOnce: () => unknown };

/**
 * Sees to it that a PGlite is not called again once its program has ended: on a PANIC, such as a full
 * disk under the write-ahead log or an fsync that failed, and on anything else that throws its way out.
 * PGlite itself swallows all of that. It would say that a statement was done whose commit broke off, and
 * at the next call never return. After a PANIC, PostgreSQL starts anew and recovers from the log; so do
 * we, at the next start.
 */
export function watchOver(pglite: PGlite, onEnd: OnEnd): Life {
  let reason: UnusableDatabase | undefined;
  let brokeOff: unknown;

  function end(cause: unknown): UnusableDatabase {
    if (reason !== undefined) return reason;
    reason = new UnusableDatabase(lastWords(cause), { cause });
    onEnd(reason);
    return reason;
  }

  const program = pglite.Module as unknown as Program;
  const runOnce = program._PostgresMainLoopOnce;
  program._PostgresMainLoopOnce = () => {
    try {
      return runOnce();
    } catch (error) {
      if ((error as { status?: unknown }).status !== failedStatement) brokeOff ??= error;
      throw error;
    }
  };

  function watched<A extends unknown[], R>(send: (...given: A) => Promise<R>) {
    return async (...given: A): Promise<R> => {
      if (reason !== undefined) throw reason;
      const answer = await send(...given).catch((error: unknown) => {
        throw brokeOff !== undefined || !isOfStatement(error) ? end(error) : error;
      });
      if (brokeOff !== undefined) throw end(brokeOff);
      return answer;
    };
  }
  pglite.execProtocol = watched(pglite.execProtocol.bind(pglite));
  pglite.execProtocolStream = watched(pglite.execProtocolStream.bind(pglite));

  return {
    ended: () => reason,
    end: (cause) => {
      end(cause);
    },
  };
}

/** Whether PostgreSQL goes on after an error: it does after an ERROR, and after nothing that is worse. */
function isOfStatement(error: unknown): boolean {
  return sqlState(error) !== undefined && (error as { severity?: unknown }).severity === "ERROR";
}

/** What PostgreSQL says of its own end is of files; what else throws is only named, it may quote values. */
function lastWords(cause: unknown): string {
  const isItsOwn = sqlState(cause) !== undefined && cause instanceof Error;
  const why = isItsOwn ? cause.message : cause instanceof Error ? cause.constructor.name : "?";
  return `The database in DATA_DIR gave up: ${why}. Nothing that was acknowledged is lost: see to the disk, then start again.`;
}
