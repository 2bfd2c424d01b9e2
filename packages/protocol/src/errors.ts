/**
 * The one table of error codes: what each is called on the wire, which HTTP status carries it,
 * and the sentence a person reads. Messages never contain a value.
 */
export const errorCodes = {
  secret_denied: { status: 403, message: "The visitor did not allow this app to use the secret." },
  secret_unavailable: { status: 503, message: "Secrets cannot be reached just now." },
  secret_busy: {
    status: 429,
    message: "Too many requests for secrets are waiting for the visitor.",
  },
  secret_exists: { status: 409, message: "You already have a secret with this name." },
  secret_limit: {
    status: 409,
    message: "Your account holds as many secrets as it can. Delete one you no longer need.",
  },
  grant_limit: {
    status: 409,
    message:
      "Your account has allowed apps as much as it can. Take a secret away from an app that no longer needs it.",
  },
  value_too_long: {
    status: 413,
    message: "A secret may hold 64 KiB at most, and must not be empty.",
  },
  integrity_failure: {
    status: 500,
    message:
      "What is stored is not what was written, so it was not used. Tell whoever runs this server.",
  },
  signed_out: { status: 401, message: "You are signed out. Sign in and try again." },
  other_account: {
    status: 409,
    message: "Somebody else is signed in now. Nothing was done in their account.",
  },
  confirm_needed: {
    status: 403,
    message: "Confirm that it is you: enter your password or use a passkey.",
  },
  wrong_credentials: {
    status: 401,
    message: "Email and password do not belong together.",
  },
  passkey_refused: {
    status: 400,
    message: "This passkey could not be used here. Try again, or use another way.",
  },
  provider_unavailable: {
    status: 503,
    message: "The provider cannot be reached just now. Use another way to sign in.",
  },
  account_exists: {
    status: 409,
    message: "There is an account with this email already. Sign in instead.",
  },
  password_refused: {
    status: 400,
    message: "Choose another password: 8 to 256 characters, and not one that many people use.",
  },
  link_expired: {
    status: 400,
    message: "This link was used already, or is too old. Ask for another one.",
  },
  rate_limited: { status: 429, message: "Too many attempts. Wait a little, then try again." },
  forbidden_origin: {
    status: 403,
    message: "This request did not come from one of this site's own pages.",
  },
  too_large: { status: 413, message: "The request is larger than this address takes." },
  database_unavailable: {
    status: 503,
    message:
      "The database cannot be reached just now. If you were changing something, look first whether it was done.",
  },
  bad_request: { status: 400, message: "The request could not be understood." },
  not_found: { status: 404, message: "There is nothing at this address." },
  method_not_allowed: { status: 405, message: "This address does not support that method." },
  wrong_host: { status: 421, message: "This server does not serve that host name." },
  package_unknown: { status: 404, message: "No such package file is known to this server." },
  package_unavailable: {
    status: 502,
    message: "The package file could not be fetched from any source.",
  },
  package_busy: {
    status: 503,
    message: "Too many packages are being asked for just now. Try again in a moment.",
  },
  package_corrupt: { status: 502, message: "The package file did not match its checksum." },
  internal: { status: 500, message: "Something failed on the server." },
} as const;
export type ErrorCode = keyof typeof errorCodes;
