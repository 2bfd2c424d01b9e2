import type { api } from "@portafilter/protocol";
import { joined } from "../db/joined.ts";
import type { Unconfirmed } from "../http/route.ts";
import { Problem } from "../problem.ts";
import { verify } from "./head.ts";
import type { LastUses } from "./last-uses.ts";
import { refuseMissing } from "./looking.ts";
import type { By, Ports } from "./ports.ts";
import type { Read } from "./reading.ts";
import { type Named, seeIds, seeNamed } from "./rows/store.ts";
import { openVersion } from "./sealing.ts";
import { textOfValue } from "./value.ts";

/**
 * An app asks, the visitor is not asked. The way that is hot: one statement, shared by those who ask at
 * the same moment, a data key and a head that are in memory, and one line of the audit, which is durable
 * before the value leaves.
 * @param unconfirmed - a sign-in that the same statement is to confirm; nothing else is looked at before.
 */
export type Use = (
  by: By,
  app: string,
  name: string,
  unconfirmed?: Unconfirmed,
) => Promise<api.UseAnswer>;

type UsePorts = Pick<Ports, "db" | "audit" | "dataKeys"> &
  Readonly<{ read: Read; lastUses: LastUses; now: () => number }>;

export function createUse({ db, audit, dataKeys, read, lastUses, now }: UsePorts): Use {
  const see = joined((asked: readonly Named[]) => seeNamed(db.kysely, asked));
  return async (by, app, name, unconfirmed) => {
    const { userId } = by;
    const token = unconfirmed?.tokenHash ?? null;
    const found = await read(
      userId,
      async (known) => {
        const seen = await see({ userId, token, name, known });
        if (!seen.stands) throw unconfirmed?.refuse() ?? new Problem("signed_out");
        return seen;
      },
      ({ head, secret, record }, contents) => {
        if (secret === null || head === null) return null;
        return { dek: head.dek, secret: verify(contents, secret), record };
      },
    );
    if (found === null) {
      await refuseCut(userId);
      return { standing: "unknown" };
    }
    const { dek, secret, record } = found;
    const { id, latest, salt } = secret;
    const at = now();
    const grant = secret.grants.find((one) => one.app === app);
    if (grant === undefined) return { standing: "known" };
    const { until } = grant;
    if (until !== null && until <= at) return { standing: "known" };
    await audit.record({ ...by, action: "secret.used", app, secret: name });
    lastUses.note({ secretId: id, app, at });
    const place = { userId, id, name, version: latest };
    const bytes = await dataKeys.use(dek, (key) => openVersion(key, place, record, salt));
    const end = until === null ? null : new Date(until).toISOString();
    return { standing: "granted", value: textOfValue(bytes), until: end };
  };

  /** The head knows ids, not names: whether a row was cut shows only in all of them. */
  async function refuseCut(userId: string): Promise<void> {
    await read(
      userId,
      (known) => seeIds(db.kysely, userId, known),
      ({ ids }, contents) => {
        refuseMissing(contents, ids);
      },
    );
  }
}
