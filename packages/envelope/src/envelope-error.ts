const messages = {
  decrypt: "the record cannot be opened",
  encrypt: "the secret cannot be sealed",
} as const;

/**
 * A record that does not open, or a secret that cannot become a record.
 *
 * There is one message for every reason not to open: what is wrong with a record would help whoever
 * wrote it more than whoever reads it. Never holds a value, a key or a cause.
 */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";

  constructor(during: keyof typeof messages) {
    super(messages[during]);
  }
}
