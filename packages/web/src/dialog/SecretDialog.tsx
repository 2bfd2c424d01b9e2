import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { Provenance } from "../app/provenance.ts";
import type { Prompt } from "../broker/state.ts";
import { KeyIcon } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import { Asker } from "./Asker.tsx";
import { type Arming, watchArming } from "./arming.ts";
import { Reason } from "./Reason.tsx";
import styles from "./SecretDialog.module.css";
import { type FieldElement, SecretField } from "./SecretField.tsx";
import { useModal } from "./use-modal.ts";
import { type ValueProblem, valueProblem } from "./value.ts";

type Props = {
  readonly prompt: Prompt;
  /** How many prompts there are, this one included. */
  readonly total: number;
  readonly who: Provenance;
  /** `value` is null when the value that is kept is to be used. */
  readonly onAllow: (value: string | null) => void;
  readonly onDeny: () => void;
};

/**
 * Asks the visitor for one secret. Nothing in it but the name and the reason comes from the app.
 * A confirmation counts only when a person makes it and the dialog has been armed; Escape denies.
 */
export function SecretDialog({ prompt, total, who, onAllow, onDeny }: Props) {
  const words = messages.secret;
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const field = useRef<FieldElement>(null);
  const [entering, setEntering] = useState(!prompt.known);
  const [problem, setProblem] = useState<ValueProblem | null>(null);
  const [early, setEarly] = useState(false);
  const [arming, setArming] = useState<Arming>("waiting");
  const dialog = useModal();

  // What the confirm button does changes with `entering`, so the wait begins again.
  useLayoutEffect(() => watchArming(setArming), [entering]);
  useLayoutEffect(() => (entering ? field.current : heading.current)?.focus(), [entering]);
  useEffect(() => {
    const wipe = () => {
      if (field.current !== null) field.current.value = "";
    };
    addEventListener("pagehide", wipe);
    return () => {
      removeEventListener("pagehide", wipe);
    };
  }, []);

  const confirm = (event: Event) => {
    if (!event.isTrusted) return;
    if (arming !== "armed") {
      setEarly(true);
      return;
    }
    if (!entering) {
      onAllow(null);
      return;
    }
    const value = field.current?.value ?? "";
    const found = valueProblem(value);
    setProblem(found);
    if (found !== null || field.current === null) {
      field.current?.focus();
      return;
    }
    field.current.value = "";
    onAllow(value);
  };
  const status = arming === "tooSmall" ? words.tooSmall : early && arming === "waiting";

  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-asks`}
      onKeyDown={ignoreHeldKeys}
      onCancel={(event) => {
        event.preventDefault();
        onDeny();
      }}
      onClose={onDeny}
    >
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          confirm(event.nativeEvent);
        }}
      >
        <header className={styles.header}>
          <KeyIcon />
          <h2 id={`${id}-name`} ref={heading} tabIndex={-1}>
            {prompt.name}
          </h2>
          {total > 1 && <span className={styles.position}>{words.position(total)}</span>}
        </header>
        <Asker id={`${id}-asks`} who={who} />
        {prompt.reason !== null && prompt.reason.trim() !== "" && <Reason reason={prompt.reason} />}
        {entering ? (
          <SecretField
            field={field}
            problem={problem}
            onInput={() => {
              setProblem(null);
            }}
          />
        ) : (
          <p>{words.known}</p>
        )}
        <div className={styles.facts}>
          <p>{words.kept}</p>
          <p>{words.truth}</p>
        </div>
        <footer className={styles.actions}>
          <p className={styles.status} role="status">
            {status === true ? words.notYet : status}
          </p>
          <button type="button" onClick={onDeny}>
            {words.deny}
          </button>
          {!entering && (
            <button
              type="button"
              onClick={() => {
                setEntering(true);
              }}
            >
              {words.other}
            </button>
          )}
          <button
            type="submit"
            className={["button-primary", styles.confirm].join(" ")}
            aria-disabled={arming !== "armed"}
          >
            {entering ? words.add : words.allow}
          </button>
        </footer>
      </form>
    </dialog>
  );
}

/** A key that is held down repeats; only its first press may do anything. */
function ignoreHeldKeys(event: KeyboardEvent): void {
  if (event.repeat && (event.key === "Enter" || event.key === " ")) event.preventDefault();
}
