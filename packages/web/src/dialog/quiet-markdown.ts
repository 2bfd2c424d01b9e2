import { plainText } from "../text/plain-text.ts";

/** The part of a Markdown syntax tree that this file looks at. */
type Node = {
  type: string;
  value?: string;
  alt?: string | null;
  children?: Node[];
};

/** Deeper nesting is not written by people; it is cut, because what walks the tree recurses. */
const deepest = 20;

/**
 * A remark plugin that leaves only quiet things in a reason: HTML and images become the text they
 * are written with, headings become bold paragraphs, and every text is cleaned after character
 * references have been resolved (`&#8238;` is a bidirectional control, too).
 */
export function quietMarkdown(): (tree: Node) => void {
  return (tree) => {
    quiet(tree, 0);
  };
}

function quiet(node: Node, depth: number): void {
  if (node.type === "html") node.type = "text";
  if (node.type === "image" || node.type === "imageReference") {
    node.type = "text";
    node.value = node.alt ?? "";
  }
  if (node.value !== undefined) node.value = plainText(node.value);
  if (node.children !== undefined && depth >= deepest)
    node.children = [{ type: "text", value: "…" }];
  for (const child of node.children ?? []) quiet(child, depth + 1);
  if (node.type === "heading") {
    node.type = "paragraph";
    node.children = [{ type: "strong", children: node.children ?? [] }];
  }
}
