import { api, appId } from "@portafilter/protocol";
import { Problem } from "../problem.ts";
import { type Contents, isOver } from "./contents.ts";
import { Damaged } from "./damaged.ts";
import type { Findings } from "./findings.ts";
import { verify } from "./head.ts";
import type { LastUses } from "./last-uses.ts";
import type { By, Ports } from "./ports.ts";
import type { Read } from "./reading.ts";
import { type ListedRow, seeAll, seeSecret } from "./rows/store.ts";
import { openVersion } from "./sealing.ts";
import { shownName } from "./shown-name.ts";
import { createTurns, type TurnLimits } from "./turns.ts";
import { textOfValue } from "./value.ts";

/** What people see of their secrets. Only `reveal` gives a value out. */
export type Looking = Readonly<{
  /**
   * Every secret by name, those that are damaged marked and written down when they are first found, with the
   * grants that have not ended.
   * @throws Problem `rate_limited` when too many lists of this user wait already
   */
  list: (by: By) => Promise<{ secrets: api.SecretEntry[] }>;
  /** Kept versions, newest first. @throws Problem `not_found` */
  versions: (by: By, id: string) => Promise<{ versions: { version: number; createdAt: string }[] }>;
  /**
   * The value of a version, or of the one in use; written down before it leaves.
   * @throws Problem `not_found`
   */
  reveal: (by: By, id: string, version: number | undefined) => Promise<{ value: string }>;
}>;

type LookingPorts = Pick<Ports, "db" | "audit" | "dataKeys"> &
  Readonly<{ read: Read; lastUses: LastUses; findings: Findings; now: () => number }>;

/**
 * The largest list takes a connection and a core for a good while. Many of them at once would leave
 * nothing to others; one after the other, everybody else comes in between. As many may wait as an account
 * has pages that are told at once.
 */
const turns: TurnLimits = { waiting: 20, patience: 15_000 };

export function createLooking(ports: LookingPorts): Looking {
  const { db, audit, dataKeys, read, lastUses, findings, now } = ports;
  const inTurn = createTurns(turns);

  async function list(by: By): Promise<{ secrets: api.SecretEntry[] }> {
    const { userId } = by;
    const unwritten = lastUses.unwritten();
    const at = now();
    const listed = await read(
      userId,
      (known) => seeAll(db.kysely, userId, known),
      ({ secrets }, contents) => {
        const ids = secrets.map(({ id }) => id);
        refuseMissing(contents, ids);
        // A row with another kind of id is no secret of ours, and nobody could ask for it.
        const askable = secrets.filter(({ id }) => api.databaseId.safeParse(id).success);
        return askable.map((row) => entryOf(row, isSound(contents, row), unwritten, at));
      },
    );
    const secrets = listed ?? [];
    await findings.writeListed(by, secrets);
    return { secrets };
  }

  return {
    list: (by) => inTurn(by.userId, () => list(by)),

    async versions({ userId }, id) {
      const found = await read(
        userId,
        (known) => seeSecret(db.kysely, userId, { id, versions: true }, known),
        ({ secret, versions }, contents) => {
          if (secret === null) return refuseUnlessUnknown(contents, id);
          const { latest, oldest, name } = verify(contents, secret);
          const isWhole =
            versions.length === latest - oldest + 1 &&
            versions.every(([version], at) => version === latest - at);
          if (!isWhole) throw new Damaged("versions were cut", name);
          return versions.map(([version, at]) => ({ version, createdAt: moment(at) }));
        },
      );
      return { versions: found ?? notFound() };
    },

    async reveal(by, id, version) {
      const { userId } = by;
      const found = await read(
        userId,
        (known) =>
          seeSecret(db.kysely, userId, version === undefined ? { id } : { id, version }, known),
        ({ head, secret, record }, contents) => {
          if (secret === null) return refuseUnlessUnknown(contents, id);
          return head && { dek: head.dek, secret: verify(contents, secret), record };
        },
      );
      if (found === null) return notFound();
      const { dek, secret, record } = found;
      const { name, latest, oldest, salt } = secret;
      const wanted = version ?? latest;
      if (wanted < oldest || wanted > latest) return notFound();
      await audit.record({ ...by, action: "secret.revealed", secret: name });
      const place = { userId, id, name, version: wanted };
      const bytes = await dataKeys.use(dek, (key) =>
        openVersion(key, place, record, wanted === latest ? salt : undefined),
      );
      return { value: textOfValue(bytes) };
    },
  };
}

function notFound(): never {
  throw new Problem("not_found");
}

/** A secret that the head knows, and whose row is gone, is not one that never was. */
function refuseUnlessUnknown(contents: Contents, id: string): null {
  if (contents.has(id)) throw new Damaged("a secret was cut");
  return null;
}

/** @throws Damaged when the head knows secrets that have no row. */
export function refuseMissing(contents: Contents, ids: readonly string[]): void {
  const there = new Set(ids);
  for (const id of contents.keys()) if (!there.has(id)) throw new Damaged("a secret was cut");
}

function isSound(contents: Contents, row: ListedRow): boolean {
  const { latest, oldest, kept, first, last } = row;
  if (kept !== latest - oldest + 1 || first !== oldest || last !== latest) return false;
  try {
    verify(contents, row);
    return true;
  } catch (error) {
    if (error instanceof Damaged) return false;
    throw error;
  }
}

function entryOf(
  row: ListedRow,
  isWhole: boolean,
  unwritten: ReturnType<LastUses["unwritten"]>,
  at: number,
): api.SecretEntry {
  const grants = row.grants.map((grant) => ({
    ...grant,
    lastUsedAt: latestOf([grant.lastUsedAt, unwritten(row.id, grant.app)]),
  }));
  const lastUsedAt = latestOf([row, ...grants].map((one) => one.lastUsedAt));
  return {
    id: row.id,
    name: shownName(row),
    createdAt: moment(row.createdAt),
    updatedAt: moment(row.updatedAt),
    lastUsedAt: momentOrNever(lastUsedAt),
    version: row.latest,
    versions: row.kept,
    grants: grants
      .filter(({ until }) => !isOver(until, at))
      .filter(({ app, loads }) => isWhole || isShowable(app, loads))
      .map((grant) => ({
        app: grant.app,
        loads: grant.loads,
        until: momentOrNever(grant.until),
        createdAt: moment(grant.createdAt),
        lastUsedAt: momentOrNever(grant.lastUsedAt),
      })),
    damaged: !isWhole,
  };
}

function isShowable(app: string, loads: string | null): boolean {
  return appId.safeParse(app).success && api.grant.shape.loads.safeParse(loads).success;
}

function latestOf(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((at) => at !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function momentOrNever(at: number | null): string | null {
  return at === null ? null : moment(at);
}

function moment(at: number): string {
  return new Date(at).toISOString();
}
