import { useLayoutEffect, useRef, useState } from "react";
import { wordsOf } from "../account/problem-words.ts";
import type { Asked } from "../api/patient-queries.ts";
import { accountMessages } from "../messages/account.ts";
import styles from "./ListProblem.module.css";

type Props = {
  readonly list: Asked<unknown>;
  /** Says that it is not there, and why. */
  readonly failed: (why: string) => string;
};

/**
 * Why a list is not there or not up to date, and how to try again; nothing where all is well. When it goes
 * with the keyboard, the heading of its section gets that.
 */
export function ListProblem({ list, failed }: Props) {
  const { data, failure, again } = list;
  if (failure === null) return null;
  const say = data === undefined ? failed : accountMessages.settings.listStale;
  return <Problem text={say(wordsOf(failure))} again={again} />;
}

type ProblemProps = Pick<Asked<unknown>, "again"> & { readonly text: string };

function Problem({ text, again }: ProblemProps) {
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
      <p>{text}</p>
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
