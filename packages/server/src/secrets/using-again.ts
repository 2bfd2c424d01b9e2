import { joined } from "../db/joined.ts";
import type { MarkedDek } from "../keys/data-keys.ts";
import { Problem } from "../problem.ts";
import { type Allowance, isOver } from "./contents.ts";
import { verify } from "./head.ts";
import type { KnownHead, KnownHeads } from "./known-heads.ts";
import type { Asker, By, Ports } from "./ports.ts";
import { type Again, seeAgain, type Taken } from "./rows/again.ts";
import { type Place, saltOf } from "./sealing.ts";

/** What an app may have, and of which it is written down that it gets it. */
export type Granted = Readonly<{
  dek: MarkedDek;
  place: Place;
  /** Of the record. */
  salt: Uint8Array;
  record: Uint8Array | null;
  grant: Allowance;
}>;

/**
 * What an app may have of a head that is known: the record in use and, in the same statement, the line that
 * its value leaves, which is there for good when this resolves. Null, and nothing is written, where anything
 * is not as that head says, the app has no grant for what it has loaded, or its key would have to be asked for. (A grant that ends
 * while the line is being written leaves that line.)
 * @throws Damaged, Problem when the database is away.
 */
export type UseAgain = (
  by: By,
  asker: Asker,
  name: string,
  token: string | null,
) => Promise<Granted | null>;

type UseAgainPorts = Pick<Ports, "db" | "audit" | "dataKeys"> &
  Readonly<{ heads: KnownHeads; now: () => number }>;

/**
 * The head in memory says what the rows must be, and the database compares: nothing is written down of rows
 * that were changed. What it then gives is held against the head once more.
 */
export function createUseAgain(ports: UseAgainPorts): UseAgain {
  const { db, audit, dataKeys, heads, now } = ports;
  const see = joined((asked: readonly Again[]) => seeAgain(db.kysely, audit, asked));

  return async (by, { app, loads }, name, token) => {
    const { userId } = by;
    const head = heads.get(userId);
    // Without the key the line would be there before the key server could be asked.
    if (head === undefined || !dataKeys.holds(head.dek)) return null;
    const said = saidOf(head, name);
    if (said === null) return null;
    const { salt, commitment, edition, contents, dek } = head;
    const event = { ...by, action: "secret.used", app, secret: name } as const;
    const inPlace = { salt, edition, dekId: dek.dekId };
    const asked = { event, token, loads, now: now(), head: inPlace, secret: said };
    const taken = await unlessRefused(see(asked));
    if (taken === null) return null;
    const { record } = taken;
    const secret = verify(contents, { ...said, salt: saltOf(record), grants: taken.grants });
    const grant = secret.grants.find((one) => one.app === app);
    if (grant?.loads !== loads || isOver(grant.until, now())) return null;
    return {
      dek: { ...dek, mark: { salt, commitment } },
      place: { userId, id: said.id, name, version: said.latest },
      salt: secret.salt,
      record,
      grant,
    };
  };
}

/** What a head says about the secret that probably has this name. */
function saidOf({ names, contents }: KnownHead, name: string) {
  const id = names?.get(name);
  const entry = id === undefined ? undefined : contents.get(id);
  return id === undefined || entry === undefined ? null : { id, name, ...entry };
}

/** Which rows the database refused, and what is to be told, is for the long way. */
async function unlessRefused(taking: Promise<Taken | null>): Promise<Taken | null> {
  try {
    return await taking;
  } catch (error) {
    if (error instanceof Problem) throw error;
    return null;
  }
}
