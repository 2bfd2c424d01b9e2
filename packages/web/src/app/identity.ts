import type { AppId } from "@portafilter/protocol";
import type { Snippet } from "../links/snippet.ts";

/**
 * Who a snippet is, for origins and grants: `s` and 52 characters, the whole SHA-256 over its type, code and
 * requirements. Each field goes in with its length, so that no two snippets share bytes.
 */
export async function snippetId(snippet: Snippet): Promise<AppId> {
  const encoder = new TextEncoder();
  const fields = [snippet.type, snippet.code, snippet.requirements].map((f) => encoder.encode(f));
  const bytes = new Uint8Array(fields.reduce((size, field) => size + 4 + field.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const field of fields) {
    view.setUint32(at, field.length);
    bytes.set(field, at + 4);
    at += 4 + field.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `s${base32(digest)}`;
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 base32, lower case and without padding; bits that are missing at the end are zero. */
function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) text += alphabet.charAt((held << (5 - bits)) & 31);
  return text;
}
