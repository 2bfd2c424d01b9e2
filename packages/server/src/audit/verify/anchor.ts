import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod/mini";
import { encodeFields } from "../encoding.ts";
import { type AuditKey, macOf, sameMac } from "../hash.ts";

/** Where a chain ended. */
export type Anchored = Readonly<{ seq: number; mac: Uint8Array }>;

/** What there was at a verification. It is worth most where whoever writes the database cannot write. */
export type Anchor = Readonly<{
  chains: ReadonlyMap<string, Anchored>;
  /** Accounts that were deleted, with their chain. */
  erased: ReadonlySet<string>;
}>;

/** An anchor that cannot be used. One line for people. */
export class AnchorError extends Error {
  override readonly name = "AnchorError";
}

const contents = z.strictObject({
  version: z.literal(1),
  chains: z.array(z.tuple([z.string(), z.int(), z.string().check(z.regex(/^[0-9a-f]{64}$/))])),
  erased: z.array(z.string()),
});
const file = z.strictObject({ anchor: z.string(), mac: z.string() });

/**
 * Reads what `writeAnchor` wrote.
 * @returns undefined when there is no such file.
 * @throws AnchorError when it is not as we wrote it; the file system's error when it cannot be read.
 */
export async function readAnchor(path: string, key: AuditKey): Promise<Anchor | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const outer = file.safeParse(parseJson(text));
  if (
    !outer.success ||
    !sameMac(Buffer.from(outer.data.mac, "hex"), macOfText(key, outer.data.anchor))
  ) {
    throw new AnchorError(`${path} is not an anchor that was written with this AUTH_SECRET.`);
  }
  const { chains, erased } = contents.parse(parseJson(outer.data.anchor));
  const entries = chains.map(
    ([userId, seq, mac]) => [userId, { seq, mac: Buffer.from(mac, "hex") }] as const,
  );
  return { chains: new Map(entries), erased: new Set(erased) };
}

/** Puts an anchor in the place of the one before: after a crash, one of the two is there, whole. */
export async function writeAnchor(path: string, key: AuditKey, anchor: Anchor): Promise<void> {
  const chains = [...anchor.chains].map(([userId, { seq, mac }]) => [
    userId,
    seq,
    Buffer.from(mac).toString("hex"),
  ]);
  const text = JSON.stringify({ version: 1, chains, erased: [...anchor.erased] });
  const mac = Buffer.from(macOfText(key, text)).toString("hex");
  const temporary = `${path}.new`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ anchor: text, mac })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function macOfText(key: AuditKey, text: string): Uint8Array {
  return macOf(key, encodeFields(["anchor", text]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
