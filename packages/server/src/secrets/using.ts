import type { api } from "@portafilter/protocol";
import { joined } from "../db/joined.ts";
import type { Unconfirmed } from "../http/route.ts";
import { Problem } from "../problem.ts";
import { isOver } from "./contents.ts";
import { verify } from "./head.ts";
import type { KnownHeads } from "./known-heads.ts";
import type { LastUses } from "./last-uses.ts";
import { refuseMissing } from "./looking.ts";
import type { By, Ports } from "./ports.ts";
import type { Read } from "./reading.ts";
import { type Named, seeIds, seeNamed } from "./rows/store.ts";
import { openVersion } from "./sealing.ts";
import type { Granted, UseAgain } from "./using-again.ts";
import { textOfValue } from "./value.ts";

/**
 * An app asks, the visitor is not asked. The way that is hot: one statement, shared by those who ask at
 * the same moment, a data key and a head that are in memory, and one line of the audit, which is durable
 * before the value leaves. Where key and head are in memory, and nothing has changed since, that very statement
 * writes the line (`using-again.ts`).
 * @param unconfirmed - a sign-in that the same statement is to confirm; nothing else is looked at before.
 */
export type Use = (
  by: By,
  app: string,
  name: string,
  unconfirmed?: Unconfirmed,
) => Promise<api.UseAnswer>;

type UsePorts = Pick<Ports, "db" | "audit" | "dataKeys"> &
  Readonly<{
    read: Read;
    heads: KnownHeads;
    again: UseAgain;
    lastUses: LastUses;
    now: () => number;
  }>;

export function createUse(ports: UsePorts): Use {
  const { db, audit, dataKeys, read, heads, again, lastUses, now } = ports;
  const see = joined((asked: readonly Named[]) => seeNamed(db.kysely, asked));

  return async (by, app, name, unconfirmed) => {
    const { userId } = by;
    const token = unconfirmed?.tokenHash ?? null;
    const taken = await again(by, app, name, token);
    if (taken !== null) return give(taken);

    const found = await look(userId, name, token, unconfirmed);
    heads.learn(userId, name, found?.secret.id ?? null);
    if (found === null) {
      await refuseCut(userId);
      return { standing: "unknown" };
    }
    const { dek, secret, record } = found;
    const { id, latest: version, salt } = secret;
    const grant = secret.grants.find((one) => one.app === app);
    if (grant === undefined || isOver(grant.until, now())) return { standing: "known" };
    await audit.record({ ...by, action: "secret.used", app, secret: name });
    return give({ dek, place: { userId, id, name, version }, salt, record, grant });
  };

  /** The rows of a secret, held against the head; null where there is none. */
  async function look(
    userId: string,
    name: string,
    token: string | null,
    unconfirmed: Unconfirmed | undefined,
  ) {
    return read(
      userId,
      async (known, wantsNames) => {
        const seen = await see({ userId, token, name, known, wantsNames });
        if (!seen.stands) throw unconfirmed?.refuse() ?? new Problem("signed_out");
        return seen;
      },
      ({ head, secret, record }, contents) => {
        if (secret === null || head === null) return null;
        return { dek: head.dek, secret: verify(contents, secret), record };
      },
    );
  }

  /** What an app is given, once it is written down that it is. */
  async function give({ dek, place, salt, record, grant }: Granted): Promise<api.UseAnswer> {
    const { app, until } = grant;
    lastUses.note({ secretId: place.id, app, at: now() });
    const bytes = await dataKeys.use(dek, (key) => openVersion(key, place, record, salt));
    const end = until === null ? null : new Date(until).toISOString();
    return { standing: "granted", value: textOfValue(bytes), until: end };
  }

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
