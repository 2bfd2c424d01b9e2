/** Tables of rate limits. */
export type LimitTables = {
  /** Attempts, counted for all servers together. */
  rate_limits: {
    /** HMAC of what is counted, so that the table names no person, address or email. */
    key: Uint8Array;
    attempts: number;
    /** Until when the next attempt is refused. */
    blocked_until: Date;
    /** When the row means nothing any more. */
    expires_at: Date;
  };
};
