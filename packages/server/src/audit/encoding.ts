/** What is under a MAC: texts, counts and bytes, or nothing at all. */
export type Field = string | number | Uint8Array | null;

/**
 * One sequence of bytes for one sequence of fields: each has its kind and length before it, so no two
 * different sequences meet. Numbers are whole and not negative.
 */
export function encodeFields(fields: readonly Field[]): Uint8Array {
  const parts = fields.map(partOf);
  // Filled in place: joined from pieces, this was a tenth of what a request leaves for the collector.
  const whole = Buffer.allocUnsafe(parts.reduce((sum, { bytes }) => sum + 5 + bytes.length, 0));
  let at = 0;
  for (const { kind, bytes } of parts) {
    at = whole.write(kind, at, "latin1") + at;
    at = whole.writeUInt32BE(bytes.length, at);
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

type Part = Readonly<{ kind: "n" | "i" | "t" | "b"; bytes: Uint8Array }>;
const nothing = new Uint8Array(0);

function partOf(field: Field): Part {
  if (field === null) return { kind: "n", bytes: nothing };
  if (typeof field === "string") return { kind: "t", bytes: Buffer.from(field, "utf8") };
  if (typeof field !== "number") return { kind: "b", bytes: field };
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(field));
  return { kind: "i", bytes };
}
