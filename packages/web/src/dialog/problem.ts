import type { ApiErrorCode } from "../api/api-error.ts";
import { messages } from "../messages/index.ts";
import { messageOf } from "../messages/of-code.ts";

/** Why a secret was not kept, and that what the visitor typed is still there. */
export function keepingProblem(code: ApiErrorCode): string {
  const words = messages.secret;
  if (code === "unreachable") return words.unreachable;
  if (code === "secret_unavailable") return words.outOfReach;
  if (code === "outdated") return messageOf(code);
  return `${messageOf(code)} ${words.nothingLost}`;
}
