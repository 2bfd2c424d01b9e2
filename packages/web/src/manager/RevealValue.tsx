import { useEffect, useRef, useState } from "react";
import { useConfirmed } from "../account/confirm/use-confirmed.tsx";
import { secretMessages } from "../messages/secrets.ts";
import shared from "./manager.module.css";
import { calls, useReload } from "./queries.ts";
import styles from "./RevealValue.module.css";
import { useAction } from "./use-action.ts";

const shownFor = 30_000;

type Props = {
  readonly id: string;
  readonly name: string;
  /** Without one, the version in use. */
  readonly version?: number;
};

/**
 * Shows a value on request and takes it away again: after 30 seconds, when the page is left, and when
 * this goes. The value is in the text of one element, and neither in React's state nor in a cache.
 */
export function RevealValue({ id, name, version }: Props) {
  const words = secretMessages.value;
  const box = useRef<HTMLPreElement>(null);
  const [shown, setShown] = useState(false);
  const [note, setNote] = useState("");
  const { confirmed, dialog } = useConfirmed();
  const { busy, problem, run } = useAction();
  const reload = useReload();

  useEffect(() => {
    if (!shown) return;
    const element = box.current;
    const hide = () => {
      if (element !== null) element.textContent = "";
      setShown(false);
      setNote("");
    };
    const timer = setTimeout(hide, shownFor);
    addEventListener("pagehide", hide);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", hide);
      hide();
    };
  }, [shown]);

  const reveal = () =>
    run(async () => {
      const answer = await confirmed(() => calls.reveal(id, version));
      if (answer === null || box.current === null) return;
      box.current.textContent = answer.value;
      setShown(true);
      void reload();
    });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(box.current?.textContent ?? "");
      setNote(words.copied);
    } catch {
      setNote(words.copyFailed);
    }
  };
  return (
    <div className={styles.reveal}>
      <pre
        ref={box}
        hidden={!shown}
        className={styles.value}
        tabIndex={0}
        role="region"
        aria-label={words.label(name)}
      />
      {!shown && (
        <span className={styles.dots}>
          <span aria-hidden="true">••••••••••••</span>
          <span className={styles.unseen}>{words.hidden}</span>
        </span>
      )}
      <div className={shared.actions}>
        {/* One button for both, so that it keeps the keyboard. */}
        <button
          type="button"
          aria-disabled={busy}
          aria-busy={busy}
          aria-label={!shown && version === undefined ? words.revealLabel(name) : undefined}
          onClick={() => {
            if (shown) setShown(false);
            else void reveal();
          }}
        >
          {shown ? words.hide : words.reveal}
        </button>
        {shown && (
          <button type="button" onClick={() => void copy()}>
            {words.copy}
          </button>
        )}
      </div>
      <p role="status" className={shared.note}>
        {shown && (note === "" ? words.shownFor : note)}
      </p>
      {problem !== null && (
        <p role="alert" className={shared.problem}>
          {problem}
        </p>
      )}
      {dialog}
    </div>
  );
}
