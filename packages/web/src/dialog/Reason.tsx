import { Component, lazy, type ReactNode } from "react";
import { messages } from "../messages/index.ts";
import { plainText } from "../text/plain-text.ts";
import styles from "./Reason.module.css";

/** Fetches the Markdown renderer, so that the first dialog need not wait for it. */
export const loadMarkdown = () => import("./ReasonMarkdown.tsx");

const ReasonMarkdown = lazy(async () => {
  try {
    return { default: (await loadMarkdown()).ReasonMarkdown };
  } catch {
    return { default: PlainReason };
  }
});

/** Markdown of more marks than this takes a browser noticeably long; people write a tenth of it. */
const mostMarks = 500;

/**
 * What the app says it wants the secret for, set apart as a quotation. Suspends until the renderer
 * is there, so that nothing moves under the visitor's finger afterwards.
 */
export function Reason({ reason }: { readonly reason: string }) {
  return (
    <figure className={styles.reason}>
      <figcaption>{messages.secret.reason}</figcaption>
      <div className={styles.text} role="region" aria-label={messages.secret.reason} tabIndex={0}>
        <PlainWhenBroken reason={reason}>
          {marksIn(reason) > mostMarks ? (
            <PlainReason reason={reason} />
          ) : (
            <ReasonMarkdown reason={reason} />
          )}
        </PlainWhenBroken>
      </div>
    </figure>
  );
}

function marksIn(reason: string): number {
  return reason.match(/[^\p{L}\p{M}\p{N}\s.,;:'"?%/]/gu)?.length ?? 0;
}

function PlainReason({ reason }: { readonly reason: string }) {
  return <p className={styles.plain}>{plainText(reason)}</p>;
}

/** Markdown nested beyond reason overflows the renderer's stack; its text is shown as it is then. */
class PlainWhenBroken extends Component<
  { readonly reason: string; readonly children: ReactNode },
  { readonly broken: boolean }
> {
  override state = { broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  override render() {
    return this.state.broken ? <PlainReason reason={this.props.reason} /> : this.props.children;
  }
}
