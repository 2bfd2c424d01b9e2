import * as z from "zod/mini";
import { limits } from "../limits.ts";
import { loads, sha256Text } from "../loads.ts";
import { appId, secretName, secretValue } from "../names.ts";
import { databaseId, moment } from "./parts.ts";

/** Which packages from outside the lock: SHA-256 of `loadsText`. */
const loadsDigest = sha256Text;

/** What an app may do with a secret, as the signed-in visitor decided. */
export const grant = z.strictObject({
  app: appId,
  /** What the app loads; null where that was not asked yet when it was allowed: it asks again. */
  loads: z.nullable(loadsDigest),
  /** Until when; null: until it is revoked. */
  until: z.nullable(moment),
  createdAt: moment,
  lastUsedAt: z.nullable(moment),
});
export type Grant = z.infer<typeof grant>;

/** A stored secret without its value. */
export const secretEntry = z.strictObject({
  id: databaseId,
  name: secretName,
  createdAt: moment,
  updatedAt: moment,
  /** When an app last got the value. */
  lastUsedAt: z.nullable(moment),
  /** The version in use: the newest. */
  version: z.int(),
  /** How many versions are kept, this one included. */
  versions: z.int(),
  grants: z.array(grant),
  /**
   * What is stored is not what was written: somebody changed it in the database. It is refused
   * wherever it is asked for, and can only be deleted.
   */
  damaged: z.boolean(),
});
export type SecretEntry = z.infer<typeof secretEntry>;

/** `GET /api/v1/secrets` */
export const secretList = z.strictObject({ secrets: z.array(secretEntry) });

/** `GET /api/v1/secrets/{id}/versions`, newest first. */
export const versionList = z.strictObject({
  versions: z.array(z.strictObject({ version: z.int(), createdAt: moment })),
});

/**
 * A value on its way in. Any text, so that one that is empty or too long is told as `value_too_long`.
 * Secret material.
 */
const typedValue = z.string();

/** `POST /api/v1/secrets` */
export const newSecret = z.strictObject({ name: secretName, value: typedValue });
export const newSecretAnswer = z.strictObject({ id: databaseId });
/** `POST /api/v1/secrets/{id}/versions` */
export const newVersion = z.strictObject({ value: typedValue });
/** The answer to a change and to a restore: the version that is in use now. */
export const versionAnswer = z.strictObject({ version: z.int() });
/** `POST /api/v1/secrets/{id}/restore`: the value of that version becomes a new version. */
export const restoreVersion = z.strictObject({ version: z.int().check(z.minimum(1)) });
/** `PATCH /api/v1/secrets/{id}` */
export const renameSecret = z.strictObject({ name: secretName });
/** `POST /api/v1/secrets/{id}/reveal`; without a version, the one in use. */
export const revealSecret = z.strictObject({
  version: z.optional(z.int().check(z.minimum(1))),
});
/** The answer to reveal and allow. Secret material. */
export const secretAnswer = z.strictObject({ value: secretValue });

/** `POST /api/v1/secrets/use`: an app asks, the visitor is not asked. */
export const useSecret = z.strictObject({ app: appId, loads: loadsDigest, name: secretName });
/**
 * `granted` carries secret material, and until when this app may have it (null: until that is revoked):
 * whoever holds the value then asks again. `known`: there is such a secret, this app may not have it.
 * `changed`: it might, when it loaded the packages of `before` (null: which ones is not known).
 */
export const useAnswer = z.discriminatedUnion("standing", [
  z.strictObject({
    standing: z.literal("granted"),
    value: secretValue,
    until: z.nullable(moment),
  }),
  z.strictObject({ standing: z.literal("known") }),
  z.strictObject({ standing: z.literal("changed"), before: z.nullable(loads) }),
  z.strictObject({ standing: z.literal("unknown") }),
]);
export type UseAnswer = z.infer<typeof useAnswer>;

/**
 * `POST /api/v1/secrets/allow`: the visitor allowed an app. `value` is stored first (a new secret, or
 * a new version); null allows what is stored.
 */
export const allowSecret = z.strictObject({
  app: appId,
  loads,
  name: secretName,
  value: z.nullable(typedValue),
  until: z.nullable(moment),
});

/** `POST /api/v1/grants`: allows, or changes until when. */
export const newGrant = z.strictObject({
  app: appId,
  loads: loadsDigest,
  secretId: databaseId,
  until: z.nullable(moment),
});
/** `POST /api/v1/grants/revoke` */
export const revokeGrant = z.strictObject({ app: appId, secretId: databaseId });

/** `POST /api/v1/merge`: what a tab kept, moved into the account. Sent again, it changes nothing. */
export const merge = z.strictObject({
  /** Made once by the tab for what it holds. */
  mergeId: z.uuid(),
  secrets: z
    .array(z.strictObject({ name: secretName, value: typedValue }))
    .check(z.maxLength(limits.secretsPerUser)),
  /** Those of names that are not among `secrets` are left out: the app asks again. */
  grants: z
    .array(z.strictObject({ app: appId, loads, name: secretName }))
    .check(z.maxLength(limits.mergeGrants)),
});
export const mergeAnswer = z.strictObject({
  /** Names that were new to the account. */
  moved: z.array(secretName),
  /** Names whose value was stored already. */
  same: z.array(secretName),
  /** Names with two values: the tab's is in use now, the stored one is the version before it. */
  replaced: z.array(secretName),
});
export type MergeAnswer = z.infer<typeof mergeAnswer>;
