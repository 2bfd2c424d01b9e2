import { pack } from "./packed.ts";
import type { Snippet } from "./snippet.ts";

/** The path and fragment that open `snippet`, in the packed form (`#c=…`). */
export async function makeLink(snippet: Snippet): Promise<string> {
  const { type, code, requirements } = snippet;
  const packed = await pack(JSON.stringify({ code, requirements }));
  return `/snippet/${type}/v1#c=${encodeURIComponent(packed)}`;
}
