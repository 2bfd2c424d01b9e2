import { buffer } from "node:stream/consumers";
import { setImmediate as pause } from "node:timers/promises";
import * as z from "zod";
import type { ListedFile } from "./listed-file.ts";
import { PageError } from "./source-error.ts";

const page = z.object({
  versions: z.array(z.string()).optional(),
  files: z.array(z.unknown()),
});

const listed = z.object({
  filename: z.string(),
  url: z.string(),
  hashes: z.record(z.string(), z.string()),
  size: z.number().optional(),
  "requires-python": z.string().nullish(),
  yanked: z.union([z.boolean(), z.string()]).optional(),
});

/** Of brackets and commas a page has about twelve for each file, and never lies deep. */
const mostSigns = 1_000_000;
const deepest = 16;
/** Files that are looked at before others get their turn. */
const atOnce = 1000;

/**
 * Reads a page in PEP 691's JSON.
 * @throws PageError when it is made of more parts than any real page, and other errors when it is something else.
 */
export async function readJsonPage(
  body: AsyncIterable<Uint8Array>,
  mostFiles: number,
): Promise<Readonly<{ versions: string[] | undefined; files: ListedFile[] }>> {
  const bytes = await buffer(body);
  if (!isModest(bytes)) throw new PageError("the page has too many parts");
  const parsed = page.parse(JSON.parse(bytes.toString("utf8")));
  if (parsed.files.length > mostFiles) throw new PageError("the page lists too many files");
  const files: ListedFile[] = [];
  for (const [number, each] of parsed.files.entries()) {
    if (number % atOnce === 0) await pause();
    const { filename, url, hashes, size, yanked, ...file } = listed.parse(each);
    const requiresPython = file["requires-python"] ?? undefined;
    files.push({ filename, url, sha256: hashes.sha256, requiresPython, yanked, size });
  }
  return { versions: parsed.versions, files };
}

const [open, close, openList, closeList, comma, quote, escape] = Buffer.from('{}[],"\\');

/**
 * Counts what JSON is made of, outside of its texts. Sixteen million brackets would keep JSON.parse
 * busy for seconds and take half a gigabyte.
 */
function isModest(bytes: Uint8Array): boolean {
  let signs = 0;
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const sign = bytes[at];
    if (sign === quote) isText = !isText;
    else if (isText) at += sign === escape ? 1 : 0;
    else if (sign === open || sign === openList || sign === close || sign === closeList) {
      depth += sign === open || sign === openList ? 1 : -1;
      signs += 1;
    } else if (sign === comma) signs += 1;
    if (signs > mostSigns || depth > deepest) return false;
  }
  return true;
}
