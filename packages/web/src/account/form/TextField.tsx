import { type ReactNode, useId } from "react";
import styles from "./form.module.css";

type Props = {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "email";
  readonly autoComplete: string;
  readonly problem: string | undefined;
  /** Said below the field as long as there is no problem. */
  readonly hint?: ReactNode;
  readonly defaultValue?: string;
  readonly onInput?: (text: string) => void;
  /** Where somebody who came to this page begins. */
  readonly autoFocus?: boolean;
};

/** A labelled field; its problem is tied to it and read with it. */
export function TextField({ name, label, type = "text", problem, hint, onInput, ...rest }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        onInput={({ currentTarget }) => onInput?.(currentTarget.value)}
        id={id}
        name={name}
        type={type}
        required
        maxLength={254}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-note`}
      />
      <FieldNote id={`${id}-note`} problem={problem} hint={hint} />
    </div>
  );
}

type NoteProps = {
  readonly id: string;
  readonly problem: string | undefined;
  readonly hint: ReactNode;
};

/** The line below a field. */
export function FieldNote({ id, problem, hint }: NoteProps) {
  return (
    <p id={id} className={problem === undefined ? styles.hint : styles.problem}>
      {problem ?? hint}
    </p>
  );
}
