import type { api } from "@portafilter/protocol";
import { forgetOldest } from "../forget-oldest.ts";
import { Damaged } from "./damaged.ts";
import type { By, Ports } from "./ports.ts";

export type About = Readonly<{ app?: string; secret?: string }>;

/** Milliseconds until what could not be written down is tried again. */
const pause = 60_000;

/** Versions of secrets whose damage was written down, of about a hundred bytes each. */
const mostKnown = 10_000;

/** Writes down what was found tampered with. */
export type Findings = Readonly<{
  /**
   * The line goes into a transaction of its own, because the one that failed is rolled back. Never
   * rejects: what was found stays refused, whether or not it could be written down.
   */
  write: (by: By, about: About, error: unknown) => Promise<void>;
  /** What a list shows as damaged: a line for each, the first time that this process shows it. */
  writeListed: (by: By, secrets: readonly api.SecretEntry[]) => Promise<void>;
}>;

export function createFindings({ audit, log }: Pick<Ports, "audit" | "log">): Findings {
  /** The longest known first. */
  const known = new Set<string>();

  /** One line in the log for all of them, however many there are. @returns those that could not be written. */
  async function writeAll<F extends About>(by: By, found: readonly F[], error: unknown) {
    const { userId } = by;
    const count = found.length;
    log.error({ userId, count, err: error }, "stored secrets were tampered with");
    const record = ({ app, secret }: About) =>
      audit.record({
        ...by,
        action: "integrity_failure",
        app: app ?? null,
        secret: secret ?? null,
      });
    const outcomes = await Promise.allSettled(found.map(record));
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    if (refused !== undefined)
      log.error({ userId, err: refused.reason as unknown }, "tampering was not written down");
    return found.filter((_, at) => outcomes[at]?.status === "rejected");
  }

  return {
    async write(by, about, error) {
      const named =
        error instanceof Damaged && error.secret !== null ? { secret: error.secret } : {};
      await writeAll(by, [{ ...named, ...about }], error);
    },
    async writeListed(by, secrets) {
      const found = secrets
        .filter(({ damaged }) => damaged)
        .map(({ id, version, name }) => ({
          secret: name,
          which: JSON.stringify([by.userId, id, version]),
        }))
        .filter(({ which }) => !known.has(which));
      if (found.length === 0) return;
      for (const { which } of found) known.add(which);
      forgetOldest(known, mostKnown);
      const error = new Damaged("a listed secret is not what was written");
      const unwritten = await writeAll(by, found, error);
      if (unwritten.length === 0) return;
      setTimeout(() => {
        for (const { which } of unwritten) known.delete(which);
      }, pause).unref();
    },
  };
}
