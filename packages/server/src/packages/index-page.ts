import * as z from "zod";

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

const page = z.object({
  versions: z.array(z.string()).optional(),
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.record(z.string(), z.string()),
      size: z.number().optional(),
      "requires-python": z.string().nullish(),
      yanked: z.union([z.boolean(), z.string()]).optional(),
    }),
  ),
});

/**
 * Reads a page in PEP 691's JSON or PEP 503's HTML. `base` is the address that it came from.
 * @throws when it is neither.
 */
export function parseIndexPage(body: string, type: string, base: string): IndexPage {
  return type.includes("json") ? parseJson(body, base) : parseHtml(body, base);
}

function parseJson(body: string, base: string): IndexPage {
  const parsed = page.parse(JSON.parse(body));
  const wheels = parsed.files.flatMap((file) =>
    wheel(
      file.filename,
      file.url,
      base,
      file.hashes.sha256,
      file["requires-python"] ?? undefined,
      file.yanked ?? false,
      file.size,
    ),
  );
  return { versions: parsed.versions ?? versionsOf(wheels), wheels };
}

function parseHtml(body: string, base: string): IndexPage {
  const wheels = [...body.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].flatMap(
    ([, tag = "", name = ""]) => {
      const attributes = new Map(
        [...tag.matchAll(/([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)].map(([, key = "", a, b]) => [
          key.toLowerCase(),
          unescape(a ?? b ?? ""),
        ]),
      );
      const [url = "", fragment = ""] = (attributes.get("href") ?? "").split("#", 2);
      const sha256 = /(?:^|&)sha256=([0-9a-f]{64})/.exec(fragment)?.[1];
      const yanked = attributes.get("data-yanked");
      return wheel(
        name.trim(),
        url,
        base,
        sha256,
        attributes.get("data-requires-python"),
        yanked === "" ? true : (yanked ?? false),
      );
    },
  );
  return { versions: versionsOf(wheels), wheels };
}

function wheel(
  filename: string,
  url: string,
  base: string,
  sha256: string | undefined,
  requiresPython: string | undefined,
  yanked: boolean | string,
  size?: number,
): IndexedWheel[] {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.+!-]*\.whl$/.test(filename)) return [];
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) return [];
  const address = URL.parse(url, base);
  if (address === null || !/^https?:$/.test(address.protocol)) return [];
  return [{ filename, url: address.href, sha256, size, requiresPython, yanked }];
}

function versionsOf(wheels: readonly IndexedWheel[]): string[] {
  return [...new Set(wheels.map((file) => file.filename.split("-")[1] ?? ""))];
}

function unescape(html: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => named[name] ?? "");
}
