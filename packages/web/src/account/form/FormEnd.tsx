import styles from "./form.module.css";

type ProblemProps = { readonly text: string | undefined };

/** What is wrong with the whole form; there, though empty, so that it is read when it appears. */
export function FormProblem({ text }: ProblemProps) {
  return (
    <p role="alert" tabIndex={-1} data-form-problem className={styles.formProblem}>
      {text}
    </p>
  );
}

type ButtonProps = {
  readonly label: string;
  readonly busy: boolean;
  readonly kind?: "primary" | "plain" | "danger";
};

/** The button that sends a form. Busy, it keeps its name and the focus, and does nothing. */
export function SubmitButton({ label, busy, kind = "primary" }: ButtonProps) {
  return (
    <button
      type="submit"
      className={kind === "plain" ? undefined : `button-${kind}`}
      aria-disabled={busy}
      aria-busy={busy}
    >
      {label}
    </button>
  );
}
