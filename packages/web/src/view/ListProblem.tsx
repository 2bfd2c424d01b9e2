import { useLayoutEffect, useRef, useState } from "react";
import { wordsOf } from "../account/problem-words.ts";
import { accountMessages } from "../messages/account.ts";
import styles from "./ListProblem.module.css";

type Props = {
  readonly failure: unknown;
  /** Says that the list is not there, and why. Not where an older one is shown. */
  readonly missing: ((why: string) => string) | null;
  /** Resolves when it is known how the new try went. */
  readonly again: () => Promise<void>;
};

/**
 * Why a list is not there or not up to date, and how to try again. When it goes with the keyboard, the
 * heading of its section gets that.
 */
export function ListProblem({ failure, missing, again }: Props) {
  const words = accountMessages.settings;
  const box = useRef<HTMLDivElement>(null);
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    return () => {
      if (!element?.contains(document.activeElement)) return;
      element.closest("section")?.querySelector<HTMLElement>("h2, h3, h4")?.focus();
    };
  }, []);
  const onPress = async () => {
    if (busy) return;
    setBusy(true);
    await again();
    setBusy(false);
  };
  return (
    <div ref={box} role="alert" aria-busy={busy} className={styles.problem}>
      <p>{(missing ?? words.listStale)(wordsOf(failure))}</p>
      <button
        type="button"
        aria-disabled={busy}
        aria-busy={busy}
        onClick={() => {
          void onPress();
        }}
      >
        {words.retry}
      </button>
    </div>
  );
}
