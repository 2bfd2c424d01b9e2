/** Who has an account. `name` and `image` are better-auth's and stay empty: we ask for neither. */
type AccountTable = {
  id: string;
  /** As `normaliseEmail` makes it; unique. */
  email: string;
  email_verified: boolean;
  name: string;
  image: string | null;
  created_at: Date;
  updated_at: Date;
};

/**
 * A way to sign in: `credential` with a password's hash, or a provider's name with issuer and subject.
 * Providers' tokens are not kept.
 */
type IdentityTable = {
  id: string;
  user_id: string;
  provider_id: string;
  account_id: string;
  /** PHC string of argon2id. */
  password: string | null;
  created_at: Date;
  updated_at: Date;
};

/** A sign-in of one browser. */
type SessionTable = {
  id: string;
  user_id: string;
  /** SHA-256 of the cookie's token, which is nowhere else. */
  token_hash: Uint8Array;
  /** SHA-256 of the token that takes its place when it is first used. */
  next_hash: Uint8Array | null;
  /** When that one was given out: the visitor proved who they are. */
  next_at: Date | null;
  /** Browser and system in words. */
  device: string | null;
  created_at: Date;
  /** When the visitor last proved who they are. */
  confirmed_at: Date;
  /** When it was last used, at most an hour behind. */
  seen_at: Date;
};

type PasskeyTable = {
  id: string;
  user_id: string;
  name: string | null;
  public_key: string;
  credential_id: string;
  counter: number;
  device_type: string;
  backed_up: boolean;
  transports: string | null;
  created_at: Date | null;
  aaguid: string | null;
};

/** What a link sent by mail stands for, until it is used once. */
type LinkTable = {
  /** SHA-256 of the link's token, which is nowhere else. */
  token_hash: Uint8Array;
  purpose: "sign_up" | "reset" | "email";
  /** Null where there is no account yet. */
  user_id: string | null;
  /** The address that the link was sent to, where following it proves that. */
  email: string | null;
  /** The hash of the password to sign up with. */
  password: string | null;
  created_at: Date;
  expires_at: Date;
};

/** better-auth's: challenges of passkeys and states of sign-ins at a provider, each used once. */
type ChallengeTable = {
  id: string;
  /** Hashed. */
  identifier: string;
  value: string;
  expires_at: Date;
  created_at: Date;
  updated_at: Date;
};

/** Tables of accounts. */
export type AccountTables = {
  account: AccountTable;
  account_identity: IdentityTable;
  account_session: SessionTable;
  account_passkey: PasskeyTable;
  account_link: LinkTable;
  account_challenge: ChallengeTable;
};
