import Markdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import { plainText } from "../text/plain-text.ts";
import { quietMarkdown } from "./quiet-markdown.ts";
import styles from "./Reason.module.css";
import { reasonLink } from "./reason-link.ts";

/** All that a reason may be made of. There is no `id`, `class` or `style` in it. */
const allowed = {
  tagNames: ["p", "em", "strong", "code", "pre", "ul", "ol", "li", "br", "blockquote", "a"],
  attributes: { a: ["href"] },
  protocols: { href: ["http", "https"] },
};

const components: Components = {
  a: ({ href, children }) => {
    const link = reasonLink(href);
    if (link === null) return <>{children}</>;
    return (
      <a href={link.href} target="_blank" rel="noopener noreferrer">
        <bdi>{children}</bdi>
        <bdi className={styles.host}>
          <span aria-hidden="true">↗</span> {link.host}
        </bdi>
      </a>
    );
  },
};

/** The author's reason as sanitised Markdown. Untrusted text in, inert elements out; no HTML is parsed. */
export function ReasonMarkdown({ reason }: { readonly reason: string }) {
  return (
    <Markdown
      remarkPlugins={[quietMarkdown]}
      rehypePlugins={[[rehypeSanitize, allowed]]}
      components={components}
    >
      {plainText(reason)}
    </Markdown>
  );
}
