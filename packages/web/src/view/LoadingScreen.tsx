import type { RunState } from "../frame/run-state.ts";
import { messages } from "../messages/index.ts";
import { plainLine } from "../text/plain-text.ts";
import styles from "./LoadingScreen.module.css";
import { useElapsed } from "./use-elapsed.ts";

/** After this long the screen says what takes the time. */
const slowAfter = 5_000;
/** After this long without any news it says so: a connection may hang without ever failing. */
const stalledAfter = 60_000;

/** A thin bar and one line of truth, until the app answers. */
export function LoadingScreen({ state }: { readonly state: RunState }) {
  const words = messages.loading;
  const slow = useElapsed(slowAfter);
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
      <Stalled key={`${state.done} ${line}`} />
    </div>
  );
}

/** Each piece of news makes another one, which begins to count anew. */
function Stalled() {
  const stalled = useElapsed(stalledAfter);
  return <p role="status">{stalled && messages.loading.stalled}</p>;
}

function lineOf({ phase, detail }: RunState): string {
  const words = messages.loading;
  if (phase === null) return words.connecting;
  const what = plainLine(detail);
  if (what === "") return words[phase];
  return phase === "starting" ? words.step(what) : words.item(what);
}
