import { Problem } from "../problem.ts";
import type { Change, Found, Page } from "./ledger.ts";
import type { By, Ports } from "./ports.ts";
import { openVersion } from "./sealing.ts";
import { shownName } from "./shown-name.ts";
import { deleteSecret } from "./store.ts";
import { bytesOfValue } from "./value.ts";
import { addSecrets, addVersion, isInUse, renameSecret } from "./versions.ts";

/** What changes secrets, besides grants and merges. All of it is one transaction each. */
export type Changing = Readonly<{
  /** @throws Problem `secret_exists`, `secret_limit`, `value_too_long` */
  create: (by: By, name: string, value: string) => Promise<{ id: string }>;
  /**
   * The value becomes a new version, unless it is in use already: a change that is sent again, because
   * its answer was lost, is done once and answered the same.
   * @throws Problem `not_found`, `value_too_long`
   */
  change: (by: By, id: string, value: string) => Promise<{ version: number }>;
  /** The value of a kept version becomes a new version, unless it is in use. @throws Problem `not_found` */
  restore: (by: By, id: string, version: number) => Promise<{ version: number }>;
  /** @throws Problem `not_found`, `secret_exists` */
  rename: (by: By, id: string, name: string) => Promise<void>;
  /** With all versions and grants, damaged or not. @throws Problem `not_found` */
  remove: (by: By, id: string) => Promise<void>;
}>;

export function createChanging(change: Change, now: NonNullable<Ports["now"]>): Changing {
  const at = () => new Date(now());

  return {
    create: (by, name, value) =>
      withBytes(value, (bytes) =>
        change(by, async (page) => {
          await refuseTaken(page, name);
          const [secret] = await addSecrets(page, [{ name, value: bytes }], at());
          if (secret === undefined) throw new Error("a secret that was stored is there");
          page.tell({ action: "secret.created", secret: name, events: [changed(name)] });
          return { id: secret.id };
        }),
      ),

    change: (by, id, value) =>
      withBytes(value, (bytes) =>
        change(by, async (page) => {
          const found = await existing(page, id);
          // Nothing is told of it either: nothing happened.
          if (await isInUse(page, found, bytes)) return { version: found.secret.latest };
          const { latest, name } = await addVersion(page, found.secret, bytes, at());
          page.tell({ action: "secret.changed", secret: name, events: [changed(name)] });
          return { version: latest };
        }),
      ),

    restore: (by, id, version) =>
      change(by, async (page) => {
        const { secret, record } = await existing(page, id, version);
        const { name } = secret;
        if (version < secret.oldest || version > secret.latest) throw new Problem("not_found");
        const place = { userId: page.userId, id, name, version };
        const bytes = await page.withKey((key) => openVersion(key, place, record));
        try {
          const inUse = await existing(page, id);
          if (await isInUse(page, inUse, bytes)) return { version: secret.latest };
          const { latest } = await addVersion(page, secret, bytes, at());
          page.tell({ action: "secret.restored", secret: name, events: [changed(name)] });
          return { version: latest };
        } finally {
          bytes.fill(0);
        }
      }),

    rename: (by, id, name) =>
      change(by, async (page) => {
        const { secret } = await existing(page, id);
        if (secret.name === name) return;
        await refuseTaken(page, name);
        await renameSecret(page, secret, name, at());
        const events = [changed(secret.name), changed(name)];
        page.tell({ action: "secret.renamed", secret: secret.name, events });
        page.tell({ action: "secret.named", secret: name });
      }),

    remove: (by, id) =>
      change(by, async (page) => {
        const stored = await deleteSecret(page.tx, page.userId, id);
        if (stored === null) throw new Problem("not_found");
        page.remove(id);
        const name = shownName({ id, name: stored });
        page.tell({ action: "secret.deleted", secret: name, events: [changed(name)] });
      }),
  };
}

/** The event for a value that is another one now, under this name. */
export function changed(name: string) {
  return { type: "secret.changed", name } as const;
}

/** A secret by id, verified. @throws Problem `not_found`, also where it is somebody else's. */
export async function existing(page: Page, id: string, version?: number): Promise<Found> {
  const found = await page.find({ id, ...(version === undefined ? {} : { version }) });
  if (found === null) throw new Problem("not_found");
  return found;
}

async function refuseTaken(page: Page, name: string): Promise<void> {
  if ((await page.find({ name })) !== null) throw new Problem("secret_exists");
}

/** Lends a value's bytes, and wipes them in the end. */
export async function withBytes<T>(
  value: string,
  work: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  const bytes = bytesOfValue(value);
  try {
    return await work(bytes);
  } finally {
    bytes.fill(0);
  }
}
