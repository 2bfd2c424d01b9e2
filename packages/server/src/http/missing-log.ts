import { putNewest } from "../forget-oldest.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";

/** Milliseconds after a line in which the same account has no other. */
const pause = 60_000;
/** Accounts that are remembered, of about a hundred bytes each; those beyond may have lines sooner. */
const most = 10_000;

/** Who asked for what; `id` joins the line with others of the request. */
type About = Readonly<{ userId: string; operation: string; id: string }>;

/**
 * Writes down, at `warn`, which account asks for what it does not have. Whether that is somebody else's or
 * never was is not told apart by the line, as it is not by the answer. One line a minute for each account:
 * who tries a thousand ids is seen, and fills no disk.
 */
export function createMissingLog(log: Log, now: () => number = Date.now) {
  /** When each had its last line, the longest ago first. */
  const lines = new Map<string, number>();
  return (error: unknown, { userId, ...asked }: About): void => {
    if (!(error instanceof Problem) || error.code !== "not_found") return;
    const at = now();
    if (at - (lines.get(userId) ?? -Infinity) < pause) return;
    putNewest(lines, userId, at, most);
    log.warn({ userId, ...asked }, "an account asked for what it does not have");
  };
}
