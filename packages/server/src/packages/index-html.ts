import { Parser } from "htmlparser2";
import type { ListedFile } from "./listed-file.ts";
import { PageError } from "./source-error.ts";

/** No page of links needs more; without bounds, the parser's own lists grow with the page. */
const deepest = 64;
const mostAttributes = 32;
/** Characters of a link's text that are kept: more is no file's name. */
const longestName = 1024;

type Link = { name: string; attributes: Record<string, string> };

/**
 * Reads the links of a PEP 503 page. The parser goes over each character once and keeps no tree.
 * @throws PageError when its elements lie too deep, or have too many attributes.
 */
export async function readHtmlPage(
  body: AsyncIterable<Uint8Array>,
  mostFiles: number,
): Promise<Readonly<{ versions: undefined; files: ListedFile[] }>> {
  const files: ListedFile[] = [];
  let link: Link | undefined;
  let depth = 0;
  let attributes = 0;
  const parser = new Parser({
    onopentagname: () => {
      attributes = 0;
      depth += 1;
      if (depth > deepest) throw new PageError("the page's elements lie too deep");
    },
    onattribute: () => {
      attributes += 1;
      if (attributes > mostAttributes) throw new PageError("an element has too many attributes");
    },
    onopentag: (element, found) => {
      if (element === "a") link = { name: "", attributes: found };
    },
    ontext: (text) => {
      if (link !== undefined && link.name.length < longestName) link.name += text;
    },
    onclosetag: (element) => {
      depth -= 1;
      if (element !== "a" || link === undefined) return;
      files.push(fileOf(link));
      if (files.length > mostFiles) throw new PageError("the page lists too many files");
      link = undefined;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.write(decoder.decode(chunk, { stream: true }));
  parser.end(decoder.decode());
  return { versions: undefined, files };
}

function fileOf({ name, attributes }: Link): ListedFile {
  const [url = "", fragment = ""] = (attributes.href ?? "").split("#", 2);
  const yanked = attributes["data-yanked"];
  return {
    filename: name.trim(),
    url,
    sha256: /(?:^|&)sha256=([0-9a-f]{64})/.exec(fragment)?.[1],
    requiresPython: attributes["data-requires-python"],
    yanked: yanked === "" ? true : yanked,
  };
}
