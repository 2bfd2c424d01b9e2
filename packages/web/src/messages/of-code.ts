import { errorCodes } from "@portafilter/protocol";
import type { ApiErrorCode } from "../api/api-error.ts";
import { messages } from "./index.ts";

/** The sentence of a code. For `unreachable` each place has its own, about what was under way. */
export function messageOf(code: Exclude<ApiErrorCode, "unreachable">): string {
  return code === "outdated" ? messages.outdated : errorCodes[code].message;
}
