import { appType, limits, utf8Length } from "@portafilter/protocol";
import * as z from "zod/mini";
import { type PackedProblem, unpack } from "./packed.ts";
import type { Snippet } from "./snippet.ts";

/** Why a snippet link cannot be opened; the catalogue has a sentence for each. */
export type LinkProblem =
  | PackedProblem
  | "unknown-type"
  | "no-code"
  | "bad-encoding"
  | "bad-json"
  | "extra-files";

export type ParsedLink =
  | { readonly ok: true; readonly snippet: Snippet }
  | { readonly ok: false; readonly problem: LinkProblem };

/** Nine characters of a fragment (`%xx` three times) may stand for one of the code. */
const fragmentLimit = 9 * (limits.linkCode + limits.requirements);

const packedJson = z.object({
  code: z.string(),
  requirements: z._default(z.string(), ""),
  files: z._default(z.array(z.unknown()), []),
});

/**
 * Reads `/snippet/{type}/v1#code=…&requirements=…` and `…#c=…`. Total: whatever the input, it answers
 * with a snippet or with the reason why there is none.
 *
 * @param type - the path segment
 * @param fragment - `location.hash`, with or without the `#`
 */
export async function parseLink(type: string, fragment: string): Promise<ParsedLink> {
  const knownType = appType.safeParse(type);
  if (!knownType.success) return { ok: false, problem: "unknown-type" };
  if (fragment.length > fragmentLimit) return { ok: false, problem: "too-large" };
  const fields = fieldsOf(fragment.replace(/^#/, ""));
  if (fields === null) return { ok: false, problem: "bad-encoding" };
  const packed = fields.get("c");
  const carried =
    packed === undefined
      ? { code: fields.get("code") ?? "", requirements: fields.get("requirements") ?? "" }
      : await unpackFields(packed);
  if ("problem" in carried) return { ok: false, problem: carried.problem };
  const { code, requirements } = carried;
  if (!code.isWellFormed() || !requirements.isWellFormed())
    return { ok: false, problem: "bad-encoding" };
  if (code.trim() === "") return { ok: false, problem: "no-code" };
  if (utf8Length(code) > limits.linkCode || utf8Length(requirements) > limits.requirements)
    return { ok: false, problem: "too-large" };
  return { ok: true, snippet: { type: knownType.data, code, requirements } };
}

/** Fields of a fragment, form-encoded or percent-encoded; null when the encoding is broken. */
function fieldsOf(fragment: string): Map<string, string> | null {
  const fields = new Map<string, string>();
  for (const field of fragment.split("&")) {
    const at = field.indexOf("=");
    const key = at < 0 ? field : field.slice(0, at);
    try {
      // Python's urlencode writes a space as "+"; a quoted plus is always %2B.
      const value = decodeURIComponent(at < 0 ? "" : field.slice(at + 1).replaceAll("+", " "));
      if (!fields.has(key)) fields.set(key, value);
    } catch {
      return null;
    }
  }
  return fields;
}

async function unpackFields(
  packed: string,
): Promise<{ code: string; requirements: string } | { problem: LinkProblem }> {
  // Base64 that was put into the link unquoted: its plus signs were read as spaces.
  const unpacked = await unpack(packed.replaceAll(" ", "+"));
  if ("problem" in unpacked) return unpacked;
  const json = jsonOf(unpacked.text);
  const parsed = packedJson.safeParse(json);
  if (!parsed.success) return { problem: "bad-json" };
  // Running the code without the files it came with would be another app than the author's.
  if (parsed.data.files.length > 0) return { problem: "extra-files" };
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
