/**
 * A data key of a user, wrapped by the key server. Deleting the row makes everything that was sealed
 * under it unreadable.
 */
type DataKeyTable = {
  user_id: string;
  dek_id: Uint8Array;
  wrapped: string;
  created_at: Date;
};

/** A secret without its values. Name and ids are in clear. */
type SecretTable = {
  id: string;
  user_id: string;
  name: string;
  created_at: Date;
  updated_at: Date;
  /** The version in use. */
  latest: number;
  /** The first version that is still kept; there are no gaps. */
  oldest: number;
  /** By grants that are gone. As theirs, not vouched for by the head. */
  last_used_at: Date | null;
};

/** A sealed value (packages/envelope). */
type SecretVersionTable = {
  secret_id: string;
  version: number;
  record: Uint8Array;
  created_at: Date;
};

/** An app that may have a secret, until a moment or until it is revoked. */
type SecretGrantTable = {
  user_id: string;
  secret_id: string;
  app: string;
  until: Date | null;
  /** Digest of the packages that the app loads; null where that was not asked when it was allowed. */
  loads: string | null;
  /** Those packages, where they are known; the digest vouches for them. */
  loads_list: string | null;
  created_at: Date;
  /** Written late and not vouched for by the head: for people to read. */
  last_used_at: Date | null;
};

/** The version head of a user: a sealed list of what there is (contents.ts). */
type SecretContentsTable = {
  user_id: string;
  dek_id: Uint8Array;
  /** How often the list was written; part of what the record is bound to. */
  edition: number;
  record: Uint8Array;
};

/** A merge that was done, so that it is not done twice. */
type SecretMergeTable = {
  user_id: string;
  merge_id: string;
  /** A sealed digest of what was asked and what was answered. */
  record: Uint8Array;
  /** The answer, as JSON. */
  answer: string;
  created_at: Date;
};

/** Tables of secrets, versions and grants. */
export type SecretTables = {
  data_key: DataKeyTable;
  secret: SecretTable;
  secret_version: SecretVersionTable;
  secret_grant: SecretGrantTable;
  secret_contents: SecretContentsTable;
  secret_merge: SecretMergeTable;
};
