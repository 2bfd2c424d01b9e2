import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { Refusal } from "../refusal.ts";

/** One generation of a key. `reserved` is how many encryptions the store has accounted for: see budget.ts. */
export type KeyVersion = {
  /** Seconds since 1970. */
  readonly created: number;
  readonly key: KeyObject;
  readonly reserved: number;
};

/** A named key-encryption key with all its versions. Never changed in place: each change makes a new one. */
export type KeyRing = {
  readonly name: string;
  /** Each request brings a context, and each context has a key of its own: see transit-cipher.ts. */
  readonly derived: boolean;
  readonly deletionAllowed: boolean;
  /** Versions below are destroyed for good; 0 when none was ever trimmed. */
  readonly minAvailable: number;
  /** Versions below open nothing any more. */
  readonly minDecryption: number;
  /** Versions below seal nothing any more; 0 for no limit. */
  readonly minEncryption: number;
  readonly latest: number;
  readonly versions: ReadonlyMap<number, KeyVersion>;
};

const refuse = (text: string) => new Refusal(400, text);

function newVersion(): KeyVersion {
  const bytes = randomBytes(32);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return { created: Math.floor(Date.now() / 1000), key, reserved: 0 };
}

/** Makes a key of type aes256-gcm96 with its first version. */
export function createRing(name: string, derived: boolean): KeyRing {
  return {
    name,
    derived,
    deletionAllowed: false,
    minAvailable: 0,
    minDecryption: 1,
    minEncryption: 0,
    latest: 1,
    versions: new Map([[1, newVersion()]]),
  };
}

/** Adds a version, with which everything is encrypted from then on. */
export function rotateRing(ring: KeyRing): KeyRing {
  const latest = ring.latest + 1;
  return { ...ring, latest, versions: new Map([...ring.versions, [latest, newVersion()]]) };
}

/** What can be configured; what is absent stays as it is. */
export type RingSettings = {
  readonly minDecryption?: number | undefined;
  readonly minEncryption?: number | undefined;
  readonly deletionAllowed?: boolean | undefined;
};

/** @throws Refusal when the limits would contradict each other or the versions there are. */
export function configureRing(ring: KeyRing, settings: RingSettings): KeyRing {
  const { minDecryption: newMinDecryption, minEncryption = ring.minEncryption } = settings;
  if (newMinDecryption !== undefined && newMinDecryption < 0) {
    throw refuse("min decryption version cannot be negative");
  }
  // Versions count from 1; 0 means "the first".
  const minDecryption = newMinDecryption === 0 ? 1 : (newMinDecryption ?? ring.minDecryption);
  const beyond = (what: string, version: number) =>
    refuse(`cannot set min ${what} version of ${version}, latest key version is ${ring.latest}`);
  if (minDecryption > ring.latest) throw beyond("decryption", minDecryption);
  if (minEncryption < 0) throw refuse("min encryption version cannot be negative");
  if (minEncryption > ring.latest) throw beyond("encryption", minEncryption);
  if (minEncryption > 0 && minEncryption < minDecryption) {
    throw refuse(
      `cannot set min encryption/decryption values; min encryption version of ${minEncryption} must be greater than or equal to min decryption version of ${minDecryption}`,
    );
  }
  if (ring.minAvailable > minEncryption) {
    throw refuse("min encryption version should not be less than min available version");
  }
  if (ring.minAvailable > minDecryption) {
    throw refuse("min decryption version should not be less then min available version");
  }
  const deletionAllowed = settings.deletionAllowed ?? ring.deletionAllowed;
  return { ...ring, minDecryption, minEncryption, deletionAllowed };
}

/**
 * Destroys the versions below `minAvailable`, for good.
 * @throws Refusal unless the key already refuses to open and to seal with them.
 */
export function trimRing(ring: KeyRing, minAvailable: number): KeyRing {
  const subject = "minimum available version";
  if (minAvailable < ring.minAvailable) throw refuse(`${subject} cannot be decremented`);
  if (ring.minEncryption === 0) {
    throw refuse(`${subject} cannot be set when minimum encryption version is not set`);
  }
  if (minAvailable > ring.minEncryption) {
    // The missing letter is OpenBao's.
    throw refuse(`${subject} cannot be greater than minmum encryption version`);
  }
  if (minAvailable > ring.minDecryption) {
    throw refuse(`${subject} cannot be greater than minimum decryption version`);
  }
  if (minAvailable === 0) throw refuse(`${subject} should be positive`);
  const versions = new Map([...ring.versions].filter(([version]) => version >= minAvailable));
  return { ...ring, minAvailable, versions };
}

/** A key as clients see it: never key material. Fields in the order OpenBao sends them. */
export function describeRing(ring: KeyRing): Record<string, unknown> {
  const usable = [...ring.versions].filter(([version]) => version >= ring.minDecryption);
  return {
    allow_plaintext_backup: false,
    auto_rotate_period: 0,
    ...(ring.derived ? { convergent_encryption: false } : {}),
    deletion_allowed: ring.deletionAllowed,
    derived: ring.derived,
    exportable: false,
    imported_key: false,
    ...(ring.derived ? { kdf: "hkdf_sha256" } : {}),
    keys: Object.fromEntries(usable.map(([version, { created }]) => [String(version), created])),
    latest_version: ring.latest,
    min_available_version: ring.minAvailable,
    min_decryption_version: ring.minDecryption,
    min_encryption_version: ring.minEncryption,
    name: ring.name,
    soft_deleted: false,
    supports_decryption: true,
    supports_derivation: true,
    supports_encryption: true,
    supports_signing: false,
    type: "aes256-gcm96",
  };
}
