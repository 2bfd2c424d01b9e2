import { secretName } from "@portafilter/protocol";
import { type SubmitEvent, useId, useRef, useState } from "react";
import { wordsOf } from "../account/problem-words.ts";
import { codeOf } from "../api/api-error.ts";
import { type FieldElement, SecretField } from "../dialog/SecretField.tsx";
import { type ValueProblem, valueProblem } from "../dialog/value.ts";
import { secretMessages } from "../messages/secrets.ts";
import { AskActions, AskDialog } from "../view/AskDialog.tsx";
import styles from "./manager.module.css";
import { Sending } from "./Sending.tsx";
import { useAction } from "./use-action.ts";

type Asked<Name extends boolean, Value extends boolean> = (Name extends true
  ? { readonly name: string }
  : unknown) &
  (Value extends true ? { readonly value: string } : unknown);

type Props<Name extends boolean, Value extends boolean> = {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly asksName: Name;
  readonly asksValue: Value;
  readonly defaultName?: string;
  readonly onClose: () => void;
  /** Acts, and closes the form. The value is secret material: it goes to the server and nowhere else. */
  readonly submit: (asked: Asked<Name, Value>) => Promise<void>;
};

/** Asks for a name, a value, or both. What was typed stays until the server has it. */
export function SecretForm<Name extends boolean, Value extends boolean>(props: Props<Name, Value>) {
  const { title, text, button, asksName, asksValue, defaultName, onClose, submit } = props;
  const words = secretMessages.name;
  const id = useId();
  const name = useRef<HTMLInputElement>(null);
  const value = useRef<FieldElement>(null);
  const [nameProblem, setNameProblem] = useState<string | null>(null);
  const [wrong, setWrong] = useState<ValueProblem | null>(null);
  const { busy, problem, run, clear } = useAction();

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = { name: name.current?.value.trim() ?? "", value: value.current?.value ?? "" };
    const badName = asksName ? problemOfName(typed.name) : null;
    const badValue = asksValue ? valueProblem(typed.value) : null;
    clear();
    setNameProblem(badName);
    setWrong(badValue);
    if (badName !== null) name.current?.focus();
    else if (badValue !== null) value.current?.focus();
    else void run(() => (asksName ? submit(typed).catch(blameName) : submit(typed)));
  };
  /** A name that is taken is told at its field. */
  const blameName = (error: unknown) => {
    if (codeOf(error) !== "secret_exists") throw error;
    setNameProblem(wordsOf(error));
    name.current?.focus();
  };
  /** What is on its way cannot be called back, so it must not look as if it had been. */
  const leave = () => {
    if (!busy) onClose();
  };
  return (
    <AskDialog kind="form" title={title} description={<p>{text}</p>} onClose={leave}>
      <form className={styles.form} noValidate method="post" onSubmit={onSubmit}>
        {asksName && (
          <div className={styles.field}>
            <label htmlFor={id}>{words.field}</label>
            <input
              id={id}
              ref={name}
              defaultValue={defaultName}
              maxLength={128}
              readOnly={busy}
              autoComplete="off"
              autoCapitalize="none"
              autoCorrect="off"
              spellCheck={false}
              aria-invalid={nameProblem !== null}
              aria-describedby={`${id}-note`}
              onInput={() => {
                clear();
                setNameProblem(null);
              }}
            />
            <p
              id={`${id}-note`}
              className={nameProblem === null ? styles.soft : styles.problem}
              role={nameProblem === null ? undefined : "alert"}
            >
              {nameProblem ?? words.hint}
            </p>
          </div>
        )}
        {asksValue && (
          <SecretField
            field={value}
            problem={wrong}
            busy={busy}
            onInput={() => {
              clear();
              setWrong(null);
            }}
          />
        )}
        {problem !== null && (
          <p role="alert" className={styles.problem}>
            {problem}
          </p>
        )}
        <AskActions>
          {busy && <Sending />}
          <button type="button" aria-disabled={busy} onClick={leave}>
            {secretMessages.cancel}
          </button>
          <button type="submit" className="button-primary" aria-disabled={busy} aria-busy={busy}>
            {button}
          </button>
        </AskActions>
      </form>
    </AskDialog>
  );
}

function problemOfName(name: string): string | null {
  if (name === "") return secretMessages.name.missing;
  return secretName.safeParse(name).success ? null : secretMessages.name.malformed;
}
