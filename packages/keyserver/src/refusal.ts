/**
 * A request that is refused for a reason the caller may know. `errors` go to the client as they
 * are, so they never hold a value that came from it.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly errors: readonly string[];

  constructor(status: number, ...errors: string[]) {
    super(errors.join("; "));
    this.status = status;
    this.errors = errors;
  }
}

/** The shape in which OpenBao reports errors that come from behind its router. */
const listed = (status: number, text: string): Refusal =>
  new Refusal(status, `1 error occurred:\n\t* ${text}\n\n`);

/**
 * Every refusal that is not about one particular key. Wording and status are OpenBao's wherever it
 * has the case: clients match on them, and the conformance suite holds us to them.
 */
export const refusals = {
  /** No token, or one that is not known: the same answer for missing, wrong and expired. */
  unknownToken: () => new Refusal(403, "permission denied"),
  /** A known token whose policies do not cover the request. */
  notAllowed: () => listed(403, "permission denied"),
  sealed: () => new Refusal(503, "Vault is sealed"),
  absent: () => new Refusal(404),
  unsupportedPath: () => listed(404, "unsupported path"),
  unsupportedOperation: () => listed(405, "unsupported operation"),
  unknownMount: (path: string) =>
    new Refusal(404, `no handler for route "${path}". route entry not found.`),
  unknownNamespace: () => new Refusal(404, "namespace not found"),
  noWrapping: () => new Refusal(400, "response wrapping is not supported"),
  tooLarge: () => new Refusal(413, "http: request body too large"),
  /** The same request may succeed a moment later. */
  noRoom: () => new Refusal(429, "too many large request bodies at once"),
  badRequest: () => new Refusal(400, "request not understood"),
  badJson: (reason: string) => new Refusal(400, `failed to decode JSON input: ${reason}`),
  badField: (field: string) =>
    new Refusal(400, `Field validation failed: error converting input for field "${field}"`),
  /** OpenBao has 500 for this and the next, as if the server were at fault: clients would wait for it to get well. */
  badBatch: (reason: string) => listed(400, `failed to parse batch input: ${reason}`),
  badAssociated: (reason: string) =>
    listed(400, `unable to get associated_data/additional_data from factory[0]: ${reason}`),
  internal: (text = "internal error") => listed(500, text),
} as const;
