import { EnvelopeError } from "@portafilter/envelope";
import { KeyServerError } from "../keys/failure.ts";
import { Problem } from "../problem.ts";
import { Damaged } from "./damaged.ts";
import type { By, Ports } from "./ports.ts";

/** Whether a failure says that what is stored is not what was written. */
function isTampering(error: unknown): boolean {
  return (
    error instanceof EnvelopeError ||
    error instanceof Damaged ||
    (error instanceof KeyServerError && error.reason === "not_authentic")
  );
}

export type About = Readonly<{ app?: string; secret?: string }>;

/** Runs an operation; what it finds tampered with is written down and becomes `integrity_failure`. */
export type Guard = <T>(by: By, about: About, work: () => Promise<T>) => Promise<T>;

/** The line goes into a transaction of its own, because the one that failed is rolled back. */
export function createGuard({ audit, log }: Pick<Ports, "audit" | "log">): Guard {
  return async (by, { app, secret }, work) => {
    try {
      return await work();
    } catch (error) {
      if (!isTampering(error)) throw error;
      log.error({ userId: by.userId, err: error }, "stored secrets were tampered with");
      const named = secret ?? (error instanceof Damaged ? error.secret : null);
      try {
        await audit.record({ ...by, action: "integrity_failure", app: app ?? null, secret: named });
      } catch (unrecorded) {
        // What was found stays refused, whether or not it could be written down.
        log.error({ userId: by.userId, err: unrecorded }, "tampering was not written down");
      }
      throw new Problem("integrity_failure", { cause: error });
    }
  };
}
