import { useEffect, useState } from "react";
import type { RunState } from "../frame/run-state.ts";
import { messages } from "../messages/index.ts";
import { plainLine } from "../text/plain-text.ts";
import styles from "./LoadingScreen.module.css";

/** After this long the screen says what takes the time. */
const slowAfter = 5_000;

/** A thin bar and one line of truth, until the app answers. */
export function LoadingScreen({ state }: { readonly state: RunState }) {
  const words = messages.loading;
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSlow(true);
    }, slowAfter);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  const line = lineOf(state);
  return (
    <div className={styles.screen}>
      <progress
        className={styles.bar}
        aria-label={words.label}
        aria-valuetext={line}
        value={state.done}
        max={1}
      />
      <p className={styles.line}>{line}</p>
      <p className={styles.slow} role="status">
        {slow && words.slow}
      </p>
    </div>
  );
}

function lineOf({ phase, detail }: RunState): string {
  const words = messages.loading;
  if (phase === null) return words.connecting;
  const what = plainLine(detail);
  if (what === "") return words[phase];
  return phase === "starting" ? words.step(what) : words.item(what);
}
