import {
  type KeyboardEvent,
  type MouseEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { Account } from "../account/session.ts";
import type { Provenance } from "../app/provenance.ts";
import type { Prompt } from "../broker/state.ts";
import { KeyIcon } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import { useElapsed } from "../view/use-elapsed.ts";
import { Asker } from "./Asker.tsx";
import type { Arming } from "./arming.ts";
import { Kept } from "./Kept.tsx";
import { Packages } from "./Packages.tsx";
import { keepingProblem } from "./problem.ts";
import { Reason } from "./Reason.tsx";
import styles from "./SecretDialog.module.css";
import { type FieldElement, SecretField } from "./SecretField.tsx";
import { useArming } from "./use-arming.ts";
import { useModal } from "./use-modal.ts";
import { type ValueProblem, valueProblem } from "./value.ts";

type Props = {
  readonly prompt: Prompt;
  /** How many prompts there are, this one included. */
  readonly total: number;
  readonly who: Provenance;
  readonly account: Account["status"];
  /** `value` is null when the value that is kept is to be used. */
  readonly onAllow: (value: string | null) => void;
  readonly onDeny: () => void;
  /** The app keeps taking the keyboard away from the dialog. */
  readonly onGrabbed: () => void;
};

/**
 * Asks the visitor for one secret. Nothing in it but the name and the reason comes from the app.
 * A confirmation counts only when a person makes it and the dialog has been armed; Escape denies.
 */
export function SecretDialog({ prompt, total, who, account, onAllow, onDeny, onGrabbed }: Props) {
  const words = messages.secret;
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const field = useRef<FieldElement>(null);
  /** The visitor wants another value than the one there is, or has begun to type one. */
  const [other, setOther] = useState(false);
  const entering = other || !prompt.known;
  const replacing = other && prompt.known;
  const [problem, setProblem] = useState<ValueProblem | null>(null);
  const [early, setEarly] = useState(false);
  const [struck, setStruck] = useState(false);
  const dialog = useModal(() => {
    setStruck(true);
  }, onGrabbed);

  // So long that a person wonders.
  const slow = useElapsed(1_000, prompt.keeping);

  // What the confirm button does changes with these, so the wait begins again.
  const { arming, counts } = useArming(dialog, field, `${entering} ${replacing} ${prompt.place}`);
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

  // Enter in the field arrives here, too: the browser then clicks the submit button itself.
  const confirm = (event: MouseEvent) => {
    event.preventDefault();
    if (!event.nativeEvent.isTrusted || prompt.keeping) return;
    if (!counts(event.nativeEvent)) {
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
    // It stays in the field until it is kept.
    onAllow(value);
  };
  const ready = arming === "armed" && !prompt.keeping;
  const status = slow ? words.keeping : statusOf(arming, early, struck);

  return (
    <dialog
      ref={dialog}
      tabIndex={-1}
      className={styles.dialog}
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-asks`}
      onKeyDown={ignoreHeldKeys}
      onCancel={(event) => {
        event.preventDefault();
        onDeny();
      }}
      onClose={() => {
        // Browsers close a dialog at the second Escape, whatever the page says.
        if (prompt.keeping) dialog.current?.showModal();
        else onDeny();
      }}
    >
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          // Only a click on the button confirms; `requestSubmit()` makes none.
          event.preventDefault();
        }}
      >
        <div className={styles.who}>
          <div className={styles.header}>
            <KeyIcon />
            <h2 id={`${id}-name`} ref={heading} tabIndex={-1} data-seen>
              {prompt.name}
            </h2>
            {total > 1 && <span className={styles.position}>{words.position(total)}</span>}
          </div>
          <Asker id={`${id}-asks`} who={who} />
        </div>
        {prompt.reason !== null && prompt.reason.trim() !== "" && <Reason reason={prompt.reason} />}
        {replacing && <p id={`${id}-replaces`}>{words.replaces[prompt.place]}</p>}
        {entering ? (
          <SecretField
            field={field}
            problem={problem}
            busy={prompt.keeping}
            describedBy={replacing ? `${id}-replaces` : undefined}
            onInput={() => {
              setProblem(null);
              if (field.current?.value !== "") setOther(true);
            }}
          />
        ) : (
          <p>{(prompt.changed === null ? words.known : words.knownBefore)[prompt.place]}</p>
        )}
        <Packages loads={prompt.loads} atStart={prompt.atStart} changed={prompt.changed} />
        <div className={styles.facts}>
          <Kept place={prompt.place} account={account} />
          <p>{words.truth}</p>
        </div>
        {prompt.problem !== null && (
          <p className={styles.problem} role="alert">
            {keepingProblem(prompt.problem)}
          </p>
        )}
        <div className={styles.actions}>
          <p className={styles.status} role="status">
            {status}
          </p>
          <button type="button" onClick={onDeny} data-seen aria-disabled={prompt.keeping}>
            {words.deny}
          </button>
          {prompt.known && (
            <button
              type="button"
              aria-disabled={prompt.keeping}
              onClick={() => {
                if (prompt.keeping) return;
                setProblem(null);
                setOther(!other);
              }}
            >
              {other ? words.back : words.other}
            </button>
          )}
          <button
            type="submit"
            data-seen
            onClick={confirm}
            className={["button-primary", styles.confirm].join(" ")}
            aria-disabled={!ready}
            aria-busy={prompt.keeping}
          >
            {entering ? words.add : words.allow}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function statusOf(arming: Arming, early: boolean, struck: boolean): string {
  if (arming === "tooSmall") return messages.secret.tooSmall;
  // The answer to what the visitor has just done comes before what the app did.
  if (early && arming === "waiting") return messages.secret.notYet;
  return struck ? messages.secret.struck : "";
}

/** A key that is held down repeats; only its first press may do anything. */
function ignoreHeldKeys(event: KeyboardEvent): void {
  if (event.repeat && (event.key === "Enter" || event.key === " ")) event.preventDefault();
}
