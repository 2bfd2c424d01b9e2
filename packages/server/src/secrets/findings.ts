import type { api } from "@portafilter/protocol";
import { Damaged } from "./damaged.ts";
import type { By, Ports } from "./ports.ts";

export type About = Readonly<{ app?: string; secret?: string }>;

/** Versions of secrets whose damage was written down, of about a hundred bytes each. */
const mostKnown = 10_000;

/** Writes down what was found tampered with. */
export type Findings = Readonly<{
  /**
   * The line goes into a transaction of its own, because the one that failed is rolled back. Never
   * rejects: what was found stays refused, whether or not it could be written down.
   * @returns whether it could.
   */
  write: (by: By, about: About, error: unknown) => Promise<boolean>;
  /** What a list shows as damaged: a line for each, the first time that this process shows it. */
  writeListed: (by: By, secrets: readonly api.SecretEntry[]) => Promise<void>;
}>;

export function createFindings({ audit, log }: Pick<Ports, "audit" | "log">): Findings {
  /** The longest known first. */
  const known = new Set<string>();
  const learn = (version: string) => {
    known.add(version);
    for (const longest of known) {
      if (known.size <= mostKnown) break;
      known.delete(longest);
    }
  };

  async function write(by: By, { app, secret }: About, error: unknown): Promise<boolean> {
    log.error({ userId: by.userId, err: error }, "stored secrets were tampered with");
    const named = secret ?? (error instanceof Damaged ? error.secret : null);
    try {
      await audit.record({ ...by, action: "integrity_failure", app: app ?? null, secret: named });
      return true;
    } catch (unrecorded) {
      log.error({ userId: by.userId, err: unrecorded }, "tampering was not written down");
      return false;
    }
  }

  return {
    write,
    async writeListed(by, secrets) {
      const found = secrets.filter(({ damaged }) => damaged);
      await Promise.all(
        found.map(async ({ id, version, name }) => {
          const which = JSON.stringify([by.userId, id, version]);
          if (known.has(which)) return;
          learn(which);
          const error = new Damaged("a listed secret is not what was written");
          if (!(await write(by, { secret: name }, error))) known.delete(which);
        }),
      );
    },
  };
}
