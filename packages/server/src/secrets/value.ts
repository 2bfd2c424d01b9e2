import { recordLimits } from "@portafilter/envelope";
import { Problem } from "../problem.ts";

const encoder = new TextEncoder();
/** A mark of byte order at the beginning is part of the value. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A value as bytes, which the caller wipes. The text itself cannot be wiped: JSON leaves no other way.
 * @throws Problem `value_too_long` when it is empty or longer than 64 KiB; `bad_request` when it has
 * halves of characters, which have no UTF-8.
 */
export function bytesOfValue(value: string): Uint8Array {
  if (!value.isWellFormed()) throw new Problem("bad_request");
  const { minValue, maxValue } = recordLimits;
  // No character is shorter than a byte: what is far too long is not encoded first.
  if (value.length > maxValue) throw new Problem("value_too_long");
  const bytes = encoder.encode(value);
  if (bytes.length >= minValue && bytes.length <= maxValue) return bytes;
  bytes.fill(0);
  throw new Problem("value_too_long");
}

/** Turns opened bytes into the text of an answer, and wipes them. */
export function textOfValue(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } finally {
    bytes.fill(0);
  }
}
