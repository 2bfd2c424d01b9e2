import { type ClipboardEvent, type RefObject, useCallback, useId, useState } from "react";
import { flushSync } from "react-dom";
import { messages } from "../messages/index.ts";
import { EyeButton } from "../view/EyeButton.tsx";
import styles from "./SecretField.module.css";
import { isSurrounded, type ValueProblem } from "./value.ts";

export type FieldElement = HTMLInputElement | HTMLTextAreaElement;

type Props = {
  /** The element, whose `value` is the only place where the value is. */
  readonly field: RefObject<FieldElement | null>;
  readonly problem: ValueProblem | null;
  /** True while the value is being kept. */
  readonly busy?: boolean;
  /** The id of what else is to be known about it. */
  readonly describedBy?: string | undefined;
  readonly onInput: () => void;
};

/**
 * The field for a value. A password field drops line ends, so a value pasted with several lines
 * turns it into a masked text area that keeps them.
 */
export function SecretField(props: Props) {
  const { field: fieldRef, problem, busy = false, describedBy = "", onInput } = props;
  const id = useId();
  const [shown, setShown] = useState(false);
  const [lines, setLines] = useState(1);
  const [surrounded, setSurrounded] = useState(false);
  const words = messages.secret;

  // The same function at every drawing: another one would count as the end of the element.
  const attach = useCallback(
    (element: FieldElement | null) => {
      fieldRef.current = element;
      return () => {
        // The last that happens to the element: nothing of the value stays behind.
        if (element !== null) element.value = "";
        fieldRef.current = null;
      };
    },
    [fieldRef],
  );
  const look = () => {
    const value = fieldRef.current?.value ?? "";
    setSurrounded(isSurrounded(value));
    if (lines > 1) setLines(Math.max(2, value.split("\n").length));
    onInput();
  };
  const paste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData("text/plain").replaceAll(/\r\n?/g, "\n");
    // Line ends after the last line are what a terminal adds; the field drops them as ever.
    if (!text.replace(/\n+$/, "").includes("\n")) return;
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = event.currentTarget;
    const whole = value.slice(0, selectionStart ?? 0) + text + value.slice(selectionEnd ?? 0);
    event.currentTarget.value = "";
    flushSync(() => {
      setLines(whole.split("\n").length);
    });
    fill(fieldRef, whole);
    look();
  };

  const hint =
    problem !== null
      ? words[problem]
      : lines > 1
        ? words.lines(lines)
        : surrounded
          ? words.surrounded
          : "";
  const shared = {
    id,
    // Chromium takes "off" for the account's password and fills that in; this says it is another.
    autoComplete: "new-password",
    autoCapitalize: "none",
    autoCorrect: "off",
    spellCheck: false,
    readOnly: busy,
    ref: attach,
    "aria-invalid": problem !== null,
    "aria-describedby": `${describedBy} ${id}-hint`.trim(),
    onInput: look,
  } as const;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{words.value}</label>
      <div className={styles.row}>
        {lines > 1 ? (
          <textarea {...shared} rows={4} className={shown ? undefined : styles.masked} />
        ) : (
          <input {...shared} type={shown ? "text" : "password"} onPaste={paste} />
        )}
        <EyeButton
          shown={shown}
          words={words}
          onToggle={() => {
            setShown(!shown);
          }}
        />
      </div>
      <p
        id={`${id}-hint`}
        className={problem === null ? styles.hint : styles.problem}
        role={problem === null ? undefined : "alert"}
      >
        {hint}
      </p>
    </div>
  );
}

function fill({ current }: RefObject<FieldElement | null>, value: string): void {
  if (current === null) return;
  current.value = value;
  current.focus();
}
