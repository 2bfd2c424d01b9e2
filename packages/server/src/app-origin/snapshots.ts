import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { sha256OfFile } from "../hash.ts";

const fileName = z.string().regex(/^[a-z0-9]+-[0-9a-f]{16}\.(bin|json|pack)$/);

const snapshots = z.record(
  z.string(),
  z.strictObject({
    /** Changes when the image must be made anew. */
    key: z.string(),
    image: fileName,
    tree: fileName,
    pack: fileName,
    bytes: z.number(),
  }),
);
/** The interpreter images at hand, by framework. */
export type Snapshots = z.infer<typeof snapshots>;

/** Reads `current.json`. One that is absent or not understood names no image: they are made again. */
export async function readSnapshots(dir: string): Promise<Snapshots> {
  const text = await readFile(join(dir, "current.json"), "utf8").catch(() => "{}");
  try {
    return snapshots.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/**
 * Whether the three files of an image are here and are what their names say, which hold the first 16
 * digits of their SHA-256. A half-written or damaged image would run in every visitor's browser.
 */
export async function isWhole(
  dir: string,
  { image, tree, pack }: Pick<Snapshots[string], "image" | "tree" | "pack">,
): Promise<boolean> {
  const whole = [image, tree, pack].map(async (name) => {
    // Absent or unreadable: it is made again.
    const sum = await sha256OfFile(join(dir, name)).catch(() => undefined);
    return sum !== undefined && name.includes(`-${sum.slice(0, 16)}.`);
  });
  return (await Promise.all(whole)).every(Boolean);
}
