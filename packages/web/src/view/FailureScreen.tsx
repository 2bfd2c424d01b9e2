import type { Failure } from "../frame/run-state.ts";
import { messages } from "../messages/index.ts";
import { plainText } from "../text/plain-text.ts";
import styles from "./FailureScreen.module.css";

type Props = {
  readonly failure: Failure;
  readonly onRetry: () => void;
  readonly onConsole: () => void;
};

/** Says what failed, whether anything was lost, and what to do now. */
export function FailureScreen({ failure, onRetry, onConsole }: Props) {
  const words = messages.failure;
  const kind = failure.kind === "reported" ? failure.phase : failure.kind;
  return (
    <div className={styles.screen} role="alert">
      <h2>{words[kind].title}</h2>
      <p>{words[kind].text}</p>
      {kind !== "left" && <p>{words.nothingLost}</p>}
      {failure.kind === "reported" && failure.message !== "" && (
        <figure>
          <figcaption>{words.detailLabel}</figcaption>
          <pre tabIndex={0}>{plainText(failure.message)}</pre>
        </figure>
      )}
      <div className={styles.actions}>
        <button type="button" className="button-primary" onClick={onRetry}>
          {words.retry}
        </button>
        <button type="button" onClick={onConsole}>
          {words.showConsole}
        </button>
      </div>
    </div>
  );
}
