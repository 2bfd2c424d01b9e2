import { ApiError } from "../api/api-error.ts";
import { accountMessages } from "../messages/account.ts";
import { messageOf } from "../messages/of-code.ts";
import { waitInWords } from "../text/time.ts";
import { PasskeyError } from "./passkey.ts";

const passkeyWords = {
  cancelled: "passkeyCancelled",
  unsupported: "passkeyUnsupported",
  known: "passkeyKnown",
  refused: "passkeyRefused",
  failed: "passkeyFailed",
} as const;

/** What a person reads about a failure: what happened, when to try again, and an id to quote if there is one. */
export function wordsOf(error: unknown): string {
  const words = accountMessages.problems;
  if (error instanceof PasskeyError) return words[passkeyWords[error.reason]];
  if (!(error instanceof ApiError)) return messageOf("internal");
  if (error.code === "unreachable") return words.unreachable;
  if (error.code === "rate_limited" && error.retryAfter !== null)
    return words.rateLimited(waitInWords(error.retryAfter));
  const message = messageOf(error.code);
  return error.id === null ? message : `${message} ${accountMessages.form.quote(error.id)}`;
}
