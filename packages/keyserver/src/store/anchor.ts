import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { deriveKey } from "../crypto/derive.ts";
import { readPrivate, type WriteFile } from "./durable.ts";
import { StoreError } from "./sealed-file.ts";

const content = z.strictObject({
  generation: z.int().min(0),
  mac: z.base64().length(44),
});

/**
 * A note, apart from the store, of the generation that the store had reached. A store older than its
 * anchor was rolled back. Whoever can put back both together is not noticed; `KEYSERVER_ANCHOR_FILE`
 * lets the anchor live where the store's backups do not.
 */
export async function writeAnchor(
  write: WriteFile,
  path: string,
  rootKey: KeyObject,
  generation: number,
): Promise<void> {
  const mac = macOf(rootKey, generation).toString("base64");
  await write(path, Buffer.from(`${JSON.stringify({ generation, mac })}\n`));
}

/**
 * @returns the generation the anchor vouches for, or null when there is no anchor.
 * @throws StoreError when it was not written by a holder of the root key.
 */
export async function readAnchor(path: string, rootKey: KeyObject): Promise<number | null> {
  const bytes = await readPrivate(path);
  if (bytes === null) return null;
  const parsed = content.safeParse(parseJson(bytes.toString("utf8")));
  const { generation, mac } = parsed.success ? parsed.data : { generation: 0, mac: "" };
  const given = Buffer.from(mac, "base64");
  const wanted = macOf(rootKey, generation);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new StoreError("the anchor was changed, or belongs to another root key");
  }
  return generation;
}

function macOf(rootKey: KeyObject, generation: number): Buffer {
  const key = deriveKey(rootKey, "portafilter/keyserver/anchor/v1");
  return createHmac("sha256", key).update(`generation ${generation}`).digest();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
