import { useRef, useSyncExternalStore } from "react";
import { CloseIcon } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import { messageOf } from "../messages/of-code.ts";
import { useNextFocus } from "../view/use-next-focus.ts";
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
  const toast = useRef<HTMLElement>(null);
  /** What had the keyboard before the message. */
  const before = useRef<EventTarget | null>(null);
  const pressed = useNextFocus(lines.join(" "), () => {
    if (toast.current !== null)
      toast.current.querySelector("button")?.focus({ preventScroll: true });
    else focusPage(before.current);
  });
  return (
    // There from the beginning, so that what appears in it is read out.
    <div aria-live="polite" className={styles.place}>
      {lines.length > 0 && (
        <section
          ref={toast}
          className={styles.toast}
          aria-label={words.label}
          onFocus={({ currentTarget, relatedTarget }) => {
            if (!currentTarget.contains(relatedTarget)) before.current = relatedTarget;
          }}
        >
          <div className={styles.text}>
            {lines.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </div>
          <div className={styles.actions}>
            {problem !== null && (
              <button
                type="button"
                onClick={() => {
                  pressed();
                  merger.retry();
                }}
              >
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
              onClick={() => {
                pressed();
                merger.close();
              }}
            >
              <CloseIcon />
            </button>
          </div>
        </section>
      )}
    </div>
  );
}

/** Goes on where the keyboard was, or else at the page's title. */
function focusPage(before: EventTarget | null): void {
  if (before instanceof HTMLElement && before.isConnected) {
    before.focus({ preventScroll: true });
    return;
  }
  const title = document.querySelector("h1");
  if (title === null) return;
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
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
  if (passes || problem === "unreachable") return words.failed;
  return words.refused(messageOf(problem));
}
