import { errorCodes } from "@portafilter/protocol";
import { useSyncExternalStore } from "react";
import { CloseIcon } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import styles from "./MergeToast.module.css";
import type { Merger, MergeState } from "./merger.ts";

type Props = { readonly merger: Pick<Merger, "get" | "subscribe" | "close" | "retry"> };

/** Tells what moved from this tab into the account, or that it has not been possible yet. */
export function MergeToast({ merger }: Props) {
  const words = messages.merge;
  const state = useSyncExternalStore(merger.subscribe, merger.get);
  const { outcome, problem } = state;
  const lines = outcome === null ? [] : linesOf(outcome);
  if (problem !== null) lines.push(failureOf(problem, state.passes));
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

/** All names, however many: of none could the visitor tell elsewhere where it went. */
function linesOf({ moved, same, replaced }: NonNullable<MergeState["outcome"]>): string[] {
  const words = messages.merge;
  const all = [...moved, ...same, ...replaced];
  return [
    ...(all.length === 0 ? [] : [words.moved(all)]),
    ...(replaced.length === 0 ? [] : [words.replaced(replaced)]),
  ];
}

function failureOf(problem: NonNullable<MergeState["problem"]>, passes: boolean): string {
  const words = messages.merge;
  return passes || problem === "unreachable"
    ? words.failed
    : words.refused(errorCodes[problem].message);
}
