import { Problem } from "../problem.ts";
import { changed, existing, withBytes } from "./changing.ts";
import type { Verified } from "./head.ts";
import type { Change, Page } from "./ledger.ts";
import type { By, Ports } from "./ports.ts";
import { openVersion } from "./sealing.ts";
import { deleteGrants, putGrants } from "./store.ts";
import { textOfValue } from "./value.ts";
import { addSecrets, addVersion } from "./versions.ts";

/** Until when, in milliseconds of the epoch; null: until it is revoked. */
export type Until = number | null;
export type Allowed = Readonly<{
  app: string;
  name: string;
  value: string | null;
  until: Until;
}>;

/** Who may have which secret. */
export type Granting = Readonly<{
  /**
   * The visitor allowed an app: stores the value if there is one, grants, and gives the value out.
   * @throws Problem `not_found` when there is neither a value nor a secret, `secret_limit`,
   * `value_too_long`, `bad_request` for an end that has passed
   */
  allow: (by: By, allowed: Allowed) => Promise<{ value: string }>;
  /** @throws Problem `not_found`, `bad_request` for an end that has passed */
  give: (by: By, app: string, id: string, until: Until) => Promise<void>;
  /** Changes nothing when there was no grant. @throws Problem `not_found` */
  revoke: (by: By, app: string, id: string) => Promise<void>;
}>;

export function createGranting(change: Change, now: NonNullable<Ports["now"]>): Granting {
  function refusePast(until: Until): void {
    if (until !== null && until <= now()) throw new Problem("bad_request");
  }

  return {
    allow: async (by, { app, name, value, until }) => {
      refusePast(until);
      const at = new Date(now());
      const store = (bytes: Uint8Array | null) =>
        change(by, async (page) => {
          const found = await page.find({ name });
          const { secret, opened } = await stored(page, name, found, bytes, at);
          try {
            await grant(page, secret, [{ app, until }], at);
            // An app gets it with this answer, as it would with `use`.
            page.tell({ action: "secret.used", app, secret: name });
            return { value: value ?? textOfValue(opened ?? new Uint8Array()) };
          } finally {
            opened?.fill(0);
          }
        });
      return value === null ? await store(null) : await withBytes(value, store);
    },

    give: async (by, app, id, until) => {
      refusePast(until);
      await change(by, async (page) => {
        const { secret } = await existing(page, id);
        await grant(page, secret, [{ app, until }], new Date(now()));
      });
    },

    revoke: (by, app, id) =>
      change(by, async (page) => {
        const { secret } = await existing(page, id);
        const grants = secret.grants.filter((one) => one.app !== app);
        if (grants.length === secret.grants.length) return;
        await deleteGrants(page.tx, page.userId, id, [app]);
        page.put({ ...secret, grants });
        const { name } = secret;
        const events = [{ type: "grant.revoked", app, name } as const];
        page.tell({ action: "grant.revoked", app, secret: name, events });
      }),
  };
}

type Found = Awaited<ReturnType<Page["find"]>>;

/** The secret to grant; and its bytes where they were stored before. */
async function stored(
  page: Page,
  name: string,
  found: Found,
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

/** The value in use: secret material, which the caller wipes. */
export function openInUse(page: Page, { secret, record }: NonNullable<Found>): Promise<Uint8Array> {
  const { id, name, latest, salt } = secret;
  const place = { userId: page.userId, id, name, version: latest };
  return page.withKey((key) => openVersion(key, place, record, salt));
}

/** Adds grants, or changes their ends; those that ended go. Tells of those that are new or changed. */
export async function grant(
  page: Page,
  secret: Verified,
  wanted: readonly Readonly<{ app: string; until: Until }>[],
  at: Date,
): Promise<void> {
  const { tx, userId } = page;
  const { id, name } = secret;
  const now = at.getTime();
  const grants = new Map(secret.grants.map((one) => [one.app, one]));
  const ended = secret.grants.filter((one) => one.until !== null && one.until <= now);
  const others = ended.filter((one) => !wanted.some(({ app }) => app === one.app));
  const given = wanted.filter(({ app, until }) => grants.get(app)?.until !== until);
  if (given.length === 0) return;
  for (const { app } of others) grants.delete(app);
  for (const { app, until } of given) {
    grants.set(app, { app, until, createdAt: now, lastUsedAt: null });
    const events = [{ type: "grant.given", app, name } as const];
    page.tell({ action: "grant.given", app, secret: name, events });
  }
  if (others.length > 0) {
    await deleteGrants(
      tx,
      userId,
      id,
      others.map(({ app }) => app),
    );
  }
  const rows = given.map(({ app, until }) => {
    return { id, app, until: until === null ? null : new Date(until), at };
  });
  await putGrants(tx, userId, rows);
  page.put({ ...secret, grants: [...grants.values()] });
}
