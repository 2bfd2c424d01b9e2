import { type ReactNode, useId, useState } from "react";
import { accountMessages } from "../../messages/account.ts";
import { EyeButton } from "../../view/EyeButton.tsx";
import styles from "./form.module.css";
import { FieldNote } from "./TextField.tsx";

type Props = {
  readonly name: string;
  readonly label: string;
  readonly autoComplete: "current-password" | "new-password";
  readonly problem: string | undefined;
  readonly hint?: ReactNode;
};

/** A field for a password, which can be shown. The password is in the field and nowhere else. */
export function PasswordField({ name, label, autoComplete, problem, hint }: Props) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const words = accountMessages.form;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.row}>
        <input
          id={id}
          name={name}
          type={shown ? "text" : "password"}
          required
          autoComplete={autoComplete}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-note`}
        />
        <EyeButton
          shown={shown}
          words={words}
          onToggle={() => {
            setShown(!shown);
          }}
        />
      </div>
      <FieldNote id={`${id}-note`} problem={problem} hint={hint} />
    </div>
  );
}
