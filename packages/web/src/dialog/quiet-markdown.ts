import { plainText } from "../text/plain-text.ts";

/** The part of a Markdown syntax tree that this file looks at. */
type Node = {
  type: string;
  value?: string;
  alt?: string | null;
  children?: Node[];
};

/**
 * A remark plugin that leaves only quiet things in a reason: HTML and images become the text they
 * are written with, headings become bold paragraphs, and every text is cleaned after character
 * references have been resolved (`&#8238;` is a bidirectional control, too).
 */
export function quietMarkdown(): (tree: Node) => void {
  return quiet;
}

function quiet(node: Node): void {
  if (node.type === "html") node.type = "text";
  if (node.type === "image" || node.type === "imageReference") {
    node.type = "text";
    node.value = node.alt ?? "";
  }
  if (node.value !== undefined) node.value = plainText(node.value);
  for (const child of node.children ?? []) quiet(child);
  if (node.type === "heading") {
    node.type = "paragraph";
    node.children = [{ type: "strong", children: node.children ?? [] }];
  }
}
