import { errorCodes } from "@portafilter/protocol";
import type { ApiErrorCode } from "../api/api-error.ts";
import { messages } from "../messages/index.ts";

/** Why a secret was not kept, and that what the visitor typed is still there. */
export function keepingProblem(code: ApiErrorCode): string {
  const words = messages.secret;
  if (code === "unreachable") return words.unreachable;
  if (code === "secret_unavailable") return words.outOfReach;
  if (code === "outdated") return messages.outdated;
  return `${errorCodes[code].message} ${words.nothingLost}`;
}
