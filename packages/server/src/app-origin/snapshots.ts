import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

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
