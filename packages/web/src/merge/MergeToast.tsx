import { useSyncExternalStore } from "react";
import { CloseIcon } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import styles from "./MergeToast.module.css";
import type { Merger, MergeState } from "./merger.ts";

/** Names with two values that are told one by one. */
const toldOneByOne = 3;

type Props = { readonly merger: Pick<Merger, "get" | "subscribe" | "close" | "retry"> };

/** Tells what moved from this tab into the account, or that it has not been possible yet. */
export function MergeToast({ merger }: Props) {
  const words = messages.merge;
  const { outcome, problem } = useSyncExternalStore(merger.subscribe, merger.get);
  const lines = outcome === null ? [] : linesOf(outcome);
  if (problem !== null) lines.push(words.failed);
  return (
    // There from the beginning, so that what appears in it is read out.
    <div aria-live="polite" className={styles.place}>
      {lines.length > 0 && (
        <section className={styles.toast} aria-label={words.label}>
          <div className={styles.text}>
            {lines.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </div>
          <div className={styles.actions}>
            {problem !== null && (
              <button type="button" onClick={merger.retry}>
                {words.retry}
              </button>
            )}
            {outcome !== null && location.pathname !== secretsPage && (
              // Beside an app, in a tab of its own: the app goes on.
              <a href={secretsPage} target="_blank" rel="noopener" className="button">
                {words.show}
              </a>
            )}
            <button
              type="button"
              aria-label={words.close}
              className={styles.close}
              onClick={merger.close}
            >
              <CloseIcon />
            </button>
          </div>
        </section>
      )}
    </div>
  );
}

const secretsPage = "/settings/secrets";

function linesOf({ moved, same, replaced }: NonNullable<MergeState["outcome"]>): string[] {
  const words = messages.merge;
  const all = [...moved, ...same, ...replaced];
  const told = replaced.slice(0, toldOneByOne);
  const more = replaced.length - told.length;
  return [
    ...(all.length === 0 ? [] : [words.moved(all)]),
    ...told.map((name) => words.replaced(name)),
    ...(more > 0 ? [words.more(more)] : []),
  ];
}
