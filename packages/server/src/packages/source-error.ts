/** A source that cannot be used now. The message may be logged: it never holds credentials. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

/** A page of the index that came and cannot be read: asking again would bring the same. */
export class PageError extends SourceError {}
