import { EnvelopeError } from "@portafilter/envelope";
import { limits } from "@portafilter/protocol";
import { Problem } from "../problem.ts";
import { Damaged } from "./damaged.ts";
import type { Verified } from "./head.ts";
import type { Found, Page } from "./ledger.ts";
import { openVersion, saltOf, sealVersion } from "./sealing.ts";
import { insertSecrets, insertVersions, nameSecret, putVersion, takeVersions } from "./store.ts";
import { newSecretId } from "./token.ts";

/** A value under a name. Secret material, and the caller's. */
export type Named = Readonly<{ name: string; value: Uint8Array }>;

/**
 * Stores secrets that are new. The caller has made sure that their names are.
 * @throws Problem `secret_limit`
 */
export async function addSecrets(
  page: Page,
  named: readonly Named[],
  at: Date,
): Promise<readonly Verified[]> {
  const { tx, userId } = page;
  if (page.count() + named.length > limits.secretsPerUser) throw new Problem("secret_limit");
  const made = await page.withKey((key) =>
    named.map(({ name, value }) => {
      const id = newSecretId();
      const record = sealVersion(key, { userId, id, name, version: 1 }, value);
      return { id, name, at, version: 1, record };
    }),
  );
  await insertSecrets(tx, userId, made);
  await insertVersions(tx, made);
  return made.map(({ id, name, record }) => {
    const secret = { id, name, latest: 1, oldest: 1, salt: saltOf(record), grants: [] };
    page.put(secret);
    return secret;
  });
}

/** The value in use: secret material, which the caller wipes. `found` without asking for a version. */
export function openInUse(page: Page, { secret, record }: Found): Promise<Uint8Array> {
  const { id, name, latest, salt } = secret;
  const place = { userId: page.userId, id, name, version: latest };
  return page.withKey((key) => openVersion(key, place, record, salt));
}

/** Whether a value is the one in use. One that does not open is none, so that another can be put on top. */
export async function isInUse(page: Page, found: Found, value: Uint8Array): Promise<boolean> {
  let opened: Uint8Array;
  try {
    opened = await openInUse(page, found);
  } catch (error) {
    if (error instanceof EnvelopeError || error instanceof Damaged) return false;
    throw error;
  }
  const isSame = Buffer.compare(opened, value) === 0;
  opened.fill(0);
  return isSame;
}

/** Puts a value on top of a secret's versions; the oldest one goes when there are too many. */
export async function addVersion(
  page: Page,
  secret: Verified,
  value: Uint8Array,
  at: Date,
): Promise<Verified> {
  const { tx, userId } = page;
  const { id, name } = secret;
  const latest = secret.latest + 1;
  const oldest = Math.max(secret.oldest, latest - limits.versionsPerSecret + 1);
  const place = { userId, id, name, version: latest };
  const record = await page.withKey((key) => sealVersion(key, place, value));
  await putVersion(tx, userId, { id, version: latest, record, at }, oldest);
  const changed = { ...secret, latest, oldest, salt: saltOf(record) };
  page.put(changed);
  return changed;
}

/** Gives a secret another name. Every version is sealed again, because it is bound to the name. */
export async function renameSecret(
  page: Page,
  secret: Verified,
  name: string,
  at: Date,
): Promise<void> {
  const { tx, userId } = page;
  const { id, latest, oldest } = secret;
  const old = await takeVersions(tx, id);
  const versions = await page.withKey((key) =>
    old.map((kept) => {
      const { version } = kept;
      const value = openVersion(key, { userId, id, name: secret.name, version }, kept.record);
      try {
        return { ...kept, record: sealVersion(key, { userId, id, name, version }, value) };
      } finally {
        value.fill(0);
      }
    }),
  );
  const inUse = versions.at(-1);
  const isWhole = inUse?.version === latest && versions.length === latest - oldest + 1;
  if (!isWhole) throw new Damaged("versions were cut", secret.name);
  await nameSecret(tx, userId, { id, name, at });
  await insertVersions(tx, versions);
  page.put({ ...secret, name, salt: saltOf(inUse.record) });
}
