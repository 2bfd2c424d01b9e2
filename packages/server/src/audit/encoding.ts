/** What is under a MAC: texts, counts and bytes, or nothing at all. */
export type Field = string | number | Uint8Array | null;

/**
 * One sequence of bytes for one sequence of fields: each has its kind and length before it, so no two
 * different sequences meet. Numbers are whole and not negative.
 */
export function encodeFields(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.flatMap(encodeField));
}

function encodeField(field: Field): Uint8Array[] {
  if (field === null) return [prefix("n", 0)];
  if (typeof field === "number") {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(field));
    return [prefix("i", 8), bytes];
  }
  const bytes = typeof field === "string" ? Buffer.from(field, "utf8") : field;
  return [prefix(typeof field === "string" ? "t" : "b", bytes.length), bytes];
}

function prefix(kind: string, length: number): Uint8Array {
  const bytes = Buffer.alloc(5, kind);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
