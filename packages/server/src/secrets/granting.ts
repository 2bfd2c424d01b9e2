import { type Loads, limits, loadsText } from "@portafilter/protocol";
import { sha256Of } from "../hash.ts";
import { Problem } from "../problem.ts";
import { changed, existing, withBytes } from "./changing.ts";
import { isOver } from "./contents.ts";
import { roomForGrants } from "./grant-room.ts";
import type { Verified } from "./head.ts";
import type { LastUses } from "./last-uses.ts";
import type { Change, Found, Page } from "./ledger.ts";
import type { Asker, By, Ports } from "./ports.ts";
import { deleteGrants, putGrants } from "./store.ts";
import { textOfValue } from "./value.ts";
import { addSecrets, addVersion, openInUse } from "./versions.ts";

/** Until when, in milliseconds of the epoch; null: until it is revoked. */
export type Until = number | null;
export type Allowed = Readonly<{
  app: string;
  loads: Loads;
  name: string;
  value: string | null;
  until: Until;
}>;

/** Who may have which secret. */
export type Granting = Readonly<{
  /**
   * The visitor allowed an app: stores the value if there is one, grants, and gives the value out.
   * @throws Problem `not_found` when there is neither a value nor a secret, `secret_limit`,
   * `grant_limit`, `value_too_long`, `bad_request` for an end that has passed
   */
  allow: (by: By, allowed: Allowed) => Promise<{ value: string }>;
  /** @throws Problem `not_found`, `grant_limit`, `bad_request` for an end that has passed */
  give: (by: By, asker: Asker, id: string, until: Until) => Promise<void>;
  /** Changes nothing when there was no grant. @throws Problem `not_found` */
  revoke: (by: By, app: string, id: string) => Promise<void>;
}>;

export function createGranting(
  change: Change,
  lastUses: LastUses,
  now: NonNullable<Ports["now"]>,
): Granting {
  function refusePast(until: Until): void {
    if (isOver(until, now())) throw new Problem("bad_request");
  }

  return {
    allow: async (by, { app, loads, name, value, until }) => {
      refusePast(until);
      const at = new Date(now());
      const store = (bytes: Uint8Array | null) =>
        change(by, async (page) => {
          const { found, room } = await foundWithRoom(page, name, app, at);
          const { secret, opened } = await stored(page, name, found, bytes, at);
          try {
            await grant(page, secret, [{ app, until, ...boundTo(loads) }], at, room);
            // An app gets it with this answer, as it would with `use`.
            page.tell({ action: "secret.used", app, secret: name });
            return { id: secret.id, value: value ?? textOfValue(opened ?? new Uint8Array()) };
          } finally {
            opened?.fill(0);
          }
        });
      const done = value === null ? await store(null) : await withBytes(value, store);
      lastUses.note({ secretId: done.id, app, at: at.getTime() });
      return { value: done.value };
    },

    give: async (by, { app, loads }, id, until) => {
      refusePast(until);
      await change(by, async (page) => {
        const at = new Date(now());
        const room = await roomForGrants(page, at);
        const { secret } = await existing(page, id);
        await grant(page, secret, [{ app, until, loads, list: null }], at, room);
      });
    },

    revoke: async (by, app, id) => {
      // While there is a grant to write them to.
      await lastUses.settle(id, app);
      await change(by, async (page) => {
        const { secret } = await existing(page, id);
        const grants = secret.grants.filter((one) => one.app !== app);
        if (grants.length === secret.grants.length) return;
        await deleteGrants(page.tx, page.userId, id, [app]);
        page.put({ ...secret, grants });
        const { name } = secret;
        const events = [{ type: "grant.revoked", app, name } as const];
        page.tell({ action: "grant.revoked", app, secret: name, events });
      });
    },
  };
}

/** A secret by name, and how many more grants the account takes, which is asked where this would be one. */
async function foundWithRoom(page: Page, name: string, app: string, at: Date) {
  const found = await page.find({ name });
  if (found?.secret.grants.some((one) => one.app === app)) return { found, room: 0 };
  const room = await roomForGrants(page, at);
  // Making room may have taken grants of this very secret.
  return { found: found && (await page.find({ name })), room };
}

/** The secret to grant; and its bytes where they were stored before. */
async function stored(
  page: Page,
  name: string,
  found: Found | null,
  bytes: Uint8Array | null,
  at: Date,
): Promise<{ secret: Verified; opened: Uint8Array | null }> {
  if (found === null) {
    if (bytes === null) throw new Problem("not_found");
    const [secret] = await addSecrets(page, [{ name, value: bytes }], at);
    if (secret === undefined) throw new Error("a secret that was stored is there");
    page.tell({ action: "secret.created", secret: name, events: [changed(name)] });
    return { secret, opened: null };
  }
  const opened = await openInUse(page, found);
  if (bytes === null || Buffer.compare(opened, bytes) === 0) {
    return { secret: found.secret, opened };
  }
  opened.fill(0);
  const secret = await addVersion(page, found.secret, bytes, at);
  page.tell({ action: "secret.changed", secret: name, events: [changed(name)] });
  return { secret, opened: null };
}

/** What is kept of the packages that an app has loaded. */
export function boundTo(loads: Loads): Readonly<{ loads: string; list: string }> {
  const list = loadsText(loads);
  return { loads: sha256Of(list), list };
}

/** A grant to be. The list is for people to read, and null where only the digest is known. */
type Wanted = Readonly<{ app: string; until: Until; loads: string; list: string | null }>;

/**
 * Adds grants, or changes their ends or packages, and tells of them. Those that ended go, and when there are too many
 * for one secret, those that were given first.
 * @param room - how many more the account takes
 * @returns how many more there are
 * @throws Problem `grant_limit`
 */
export async function grant(
  page: Page,
  secret: Verified,
  wanted: readonly Wanted[],
  at: Date,
  room: number,
): Promise<number> {
  const { tx, userId } = page;
  const { id, name } = secret;
  const now = at.getTime();
  const before = new Map(secret.grants.map((one) => [one.app, one]));
  const given = wanted.filter(({ app, until, loads }) => {
    const had = before.get(app);
    return had?.until !== until || had.loads !== loads;
  });
  if (given.length === 0) return 0;

  const after = new Map(before);
  for (const { app, until, loads } of given) {
    after.delete(app);
    after.set(app, { app, until, loads, createdAt: now, lastUsedAt: null });
    tell("grant.given", app);
  }
  const ended = [...after.values()].filter(({ until }) => isOver(until, now));
  for (const { app } of ended) after.delete(app);
  const surplus = [...after.values()]
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .slice(0, Math.max(0, after.size - limits.grantsPerSecret));
  for (const { app } of surplus) {
    after.delete(app);
    tell("grant.revoked", app);
  }

  const more = after.size - before.size;
  if (more > Math.max(0, room)) throw new Problem("grant_limit");

  const rows = given.map(({ until, ...bound }) => {
    return { id, ...bound, until: until === null ? null : new Date(until), at };
  });
  await putGrants(tx, userId, rows);
  const gone = [...ended, ...surplus].map(({ app }) => app);
  if (gone.length > 0) await deleteGrants(tx, userId, id, gone);
  page.put({ ...secret, grants: [...after.values()] });
  return more;

  function tell(type: "grant.given" | "grant.revoked", app: string): void {
    page.tell({ action: type, app, secret: name, events: [{ type, app, name }] });
  }
}
