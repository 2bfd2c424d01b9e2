/** How often something may be tried. Times are in seconds. */
export type Rule = Readonly<{
  /** After so many attempts it must wait. */
  most: number;
  /** For how long attempts count: from the first of them, or from the last where `wait` is set. */
  span: number;
  /** The first wait, doubled with every attempt after it. Without it, the wait is the rest of `span`. */
  wait?: Readonly<{ first: number; longest: number }>;
}>;

/** Attempts so far. Times are seconds since 1970. */
export type Counter = Readonly<{ attempts: number; blockedUntil: number; expiresAt: number }>;

/** Seconds until the next attempt is let through; 0 when it is now. */
export function waitOf(counter: Counter, now: number): number {
  return Math.max(0, counter.blockedUntil - now);
}

/** The counter after one more attempt, which was let through. */
export function counted(counter: Counter, rule: Rule, now: number): Counter {
  const isOver = counter.expiresAt <= now;
  const attempts = isOver ? 1 : counter.attempts + 1;
  const over = attempts - rule.most;
  if (rule.wait === undefined) {
    const expiresAt = isOver ? now + rule.span : counter.expiresAt;
    return { attempts, expiresAt, blockedUntil: over < 0 ? 0 : expiresAt };
  }
  const wait = Math.min(rule.wait.longest, rule.wait.first * 2 ** Math.min(over, 30));
  const blockedUntil = over < 0 ? 0 : now + wait;
  return { attempts, blockedUntil, expiresAt: Math.max(now, blockedUntil) + rule.span };
}

/** The counter without its last attempt, which was a right one. */
export function uncounted(counter: Counter, rule: Rule): Counter {
  const attempts = Math.max(0, counter.attempts - 1);
  return { ...counter, attempts, blockedUntil: attempts < rule.most ? 0 : counter.blockedUntil };
}
