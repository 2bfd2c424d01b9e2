import { EnvelopeError } from "@portafilter/envelope";
import { KeyServerError } from "../keys/failure.ts";
import { Problem } from "../problem.ts";
import { Damaged } from "./damaged.ts";
import type { About, Findings } from "./findings.ts";
import type { By } from "./ports.ts";

/** Whether a failure says that what is stored is not what was written. */
function isTampering(error: unknown): boolean {
  return (
    error instanceof EnvelopeError ||
    error instanceof Damaged ||
    (error instanceof KeyServerError && error.reason === "not_authentic")
  );
}

/** Runs an operation; what it finds tampered with is written down and becomes `integrity_failure`. */
export type Guard = <T>(by: By, about: About, work: () => Promise<T>) => Promise<T>;

export function createGuard({ write }: Findings): Guard {
  return async (by, about, work) => {
    try {
      return await work();
    } catch (error) {
      if (!isTampering(error)) throw error;
      await write(by, about, error);
      throw new Problem("integrity_failure", { cause: error });
    }
  };
}
