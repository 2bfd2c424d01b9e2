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
  bad_request: { status: 400, message: "The request could not be understood." },
  not_found: { status: 404, message: "There is nothing at this address." },
  method_not_allowed: { status: 405, message: "This address does not support that method." },
  wrong_host: { status: 421, message: "This server does not serve that host name." },
  package_unknown: { status: 404, message: "No such package file is known to this server." },
  package_unavailable: {
    status: 502,
    message: "The package file could not be fetched from any source.",
  },
  package_corrupt: { status: 502, message: "The package file did not match its checksum." },
  internal: { status: 500, message: "Something failed on the server." },
} as const;
export type ErrorCode = keyof typeof errorCodes;
