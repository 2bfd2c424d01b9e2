import styles from "./Section.module.css";
import type { Outcome } from "./use-action.ts";

/** What became of the last action; read out when it changes. */
export function OutcomeLine({ outcome }: { readonly outcome: Outcome }) {
  return (
    <p role="status" className={outcome?.kind === "problem" ? styles.problem : styles.done}>
      {outcome?.text}
    </p>
  );
}
