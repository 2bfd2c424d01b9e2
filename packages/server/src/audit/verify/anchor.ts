import { open, readFile, rename, stat } from "node:fs/promises";
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
 * @returns undefined when there is no such file, in a folder where there may be one.
 * @throws AnchorError when it is not as we wrote it, cannot be read, or its folder is not there.
 */
export async function readAnchor(path: string, key: AuditKey): Promise<Anchor | undefined> {
  const text = await readText(path);
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

/** The text of the file, or undefined when it is not there. The folder must be: whole lists take long to look at. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw unusable(path, "read", error);
  }
  await stat(dirname(path)).catch((error: unknown) => {
    const isMissing = codeOf(error) === "ENOENT";
    throw isMissing
      ? new AnchorError(`There is no folder for the anchor: ${path}`)
      : unusable(path, "read", error);
  });
  return undefined;
}

/**
 * Puts an anchor in the place of the one before: after a crash, one of the two is there, whole.
 * @throws AnchorError when it cannot be written.
 */
export async function writeAnchor(path: string, key: AuditKey, anchor: Anchor): Promise<void> {
  const chains = [...anchor.chains].map(([userId, { seq, mac }]) => [
    userId,
    seq,
    Buffer.from(mac).toString("hex"),
  ]);
  const text = JSON.stringify({ version: 1, chains, erased: [...anchor.erased] });
  const mac = Buffer.from(macOfText(key, text)).toString("hex");
  await replace(path, `${JSON.stringify({ anchor: text, mac })}\n`).catch((error: unknown) => {
    throw unusable(path, "written", error);
  });
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
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

/** What the file system refused, in one line. Anything else is passed on as it is. */
function unusable(path: string, what: "read" | "written", error: unknown): unknown {
  const code = codeOf(error);
  return code === undefined
    ? error
    : new AnchorError(`The anchor cannot be ${what} (${code}): ${path}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
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
