import { type api, type Loads, parseLoads } from "@portafilter/protocol";
import { joined } from "../db/joined.ts";
import { sha256Of } from "../hash.ts";
import type { Unconfirmed } from "../http/route.ts";
import { Problem } from "../problem.ts";
import { isOver } from "./contents.ts";
import { Damaged } from "./damaged.ts";
import { verify } from "./head.ts";
import type { KnownHeads } from "./known-heads.ts";
import type { LastUses } from "./last-uses.ts";
import { refuseMissing } from "./looking.ts";
import type { Asker, By, Ports } from "./ports.ts";
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
  asker: Asker,
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

  return async (by, asker, name, unconfirmed) => {
    const { userId } = by;
    const { app, loads } = asker;
    const token = unconfirmed?.tokenHash ?? null;
    const taken = await again(by, asker, name, token);
    if (taken !== null) return give(taken);

    const found = await look(userId, asker, name, token, unconfirmed);
    heads.learn(userId, name, found?.secret.id ?? null);
    if (found === null) {
      await refuseCut(userId);
      return { standing: "unknown" };
    }
    const { dek, secret, record, before } = found;
    const { id, latest: version, salt } = secret;
    const grant = secret.grants.find((one) => one.app === app);
    if (grant === undefined || isOver(grant.until, now())) return { standing: "known" };
    if (grant.loads !== loads) {
      if (grant.loads === null) return { standing: "known" };
      return { standing: "changed", before: listOf(grant.loads, before, name) };
    }
    await audit.record({ ...by, action: "secret.used", app, secret: name });
    return give({ dek, place: { userId, id, name, version }, salt, record, grant });
  };

  /** The rows of a secret, held against the head; null where there is none. */
  async function look(
    userId: string,
    asker: Asker,
    name: string,
    token: string | null,
    unconfirmed: Unconfirmed | undefined,
  ) {
    return read(
      userId,
      async (known, wantsNames) => {
        const seen = await see({ userId, token, ...asker, name, known, wantsNames });
        if (!seen.stands) throw unconfirmed?.refuse() ?? new Problem("signed_out");
        return seen;
      },
      ({ head, secret, record, before }, contents) => {
        if (secret === null || head === null) return null;
        return { dek: head.dek, secret: verify(contents, secret), record, before };
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

/** The packages that a grant was given with; null where only their digest is known. @throws Damaged */
function listOf(digest: string, text: string | null, name: string): Loads | null {
  if (text === null) return null;
  const list = sha256Of(text) === digest ? parseLoads(text) : null;
  if (list === null) throw new Damaged("a list of packages is not what its digest says", name);
  return list;
}
