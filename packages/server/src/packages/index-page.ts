import { readHtmlPage } from "./index-html.ts";
import { readJsonPage } from "./index-json.ts";
import type { ListedFile } from "./listed-file.ts";
import { normalizedName } from "./lock.ts";
import { PageError, SourceError } from "./source-error.ts";

/** A wheel that a package index lists. Others, and those without a sha256, are left out. */
export type IndexedWheel = Readonly<{
  filename: string;
  url: string;
  sha256: string;
  size: number | undefined;
  requiresPython: string | undefined;
  yanked: boolean | string;
}>;

/** A project's page of a package index. */
export type IndexPage = Readonly<{ versions: readonly string[]; wheels: readonly IndexedWheel[] }>;

export const jsonType = "application/vnd.pypi.simple.v1+json";

/** Files on a page, of all formats: the longest real pages have 15,000. */
const mostFiles = 50_000;
/** Bytes that a page may have; the longest real ones have 7 million. */
const maxPage = 16 * 1024 * 1024;
/** Characters of an address, made absolute, and of what else is kept of a file. */
const longestUrl = 2048;
const longestText = 512;

/**
 * Reads a project's page in PEP 691's JSON or PEP 503's HTML while it comes in. `base` is the address
 * that it came from. Only wheels that bear the project's name are taken: another project's are not its to list.
 * @throws PageError when it is neither, or larger in some way than any real page; what `body` throws.
 */
export async function readIndexPage(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  type: string,
  base: string,
  project: string,
): Promise<IndexPage> {
  const read = type.includes("json") ? readJsonPage : readHtmlPage;
  const page = await read(bounded(body), mostFiles).catch((cause: unknown) => {
    throw cause instanceof SourceError
      ? cause
      : new PageError("the page is no page of an index", { cause });
  });
  const wheels = page.files.flatMap((file) => wheel(file, base));
  const own = wheels.filter((found) => projectOf(found.filename) === project);
  return { versions: page.versions?.filter(isShort) ?? versionsOf(own), wheels: own };
}

async function* bounded(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxPage) throw new PageError("the page is too long");
    yield chunk;
  }
}

function wheel(file: ListedFile, base: string): IndexedWheel[] {
  const { filename, sha256, size, requiresPython, yanked = false } = file;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.+!-]*\.whl$/.test(filename) || !isShort(filename)) return [];
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) return [];
  // Without what it requires a wheel would be taken where it must not.
  if (requiresPython !== undefined && !isShort(requiresPython)) return [];
  const url = URL.parse(file.url, base)?.href ?? "";
  if (!/^https?:/.test(url) || url.length > longestUrl) return [];
  return [
    {
      filename: detached(filename),
      url: detached(url),
      sha256: detached(sha256),
      size,
      requiresPython: requiresPython === undefined ? undefined : detached(requiresPython),
      yanked: typeof yanked === "string" ? detached(yanked.slice(0, longestText)) : yanked,
    },
  ];
}

/** A copy: part of a text keeps all of it in memory, so a short name could hold a page of 16 MiB. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

function isShort(text: string): boolean {
  return text.length <= longestText;
}

/** The project that a wheel's file name names. */
export function projectOf(filename: string): string {
  return normalizedName(filename.split("-", 1)[0] ?? "");
}

function versionsOf(wheels: readonly IndexedWheel[]): string[] {
  return [...new Set(wheels.map((file) => file.filename.split("-")[1] ?? ""))];
}

/** Bytes that a page takes in memory, guessed high: texts at two bytes a character, and what holds them. */
export function weightOf({ versions, wheels }: IndexPage): number {
  let weight = 1000;
  for (const version of versions) weight += 50 + 2 * version.length;
  for (const { filename, url, requiresPython = "", yanked } of wheels) {
    const texts = filename.length + url.length + requiresPython.length;
    weight += 400 + 2 * (texts + (typeof yanked === "string" ? yanked.length : 0));
  }
  return weight;
}
