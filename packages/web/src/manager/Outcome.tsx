import styles from "./manager.module.css";

type Props = {
  /** Empty when something else has begun. */
  readonly text: string;
  readonly failed?: boolean;
};

/**
 * What was done, read out, and in sight wherever in its section the visitor is: the row that it is about
 * may be far from the section's beginning.
 */
export function Outcome({ text, failed = false }: Props) {
  return (
    <p role="status" className={styles.outcome} data-failed={failed}>
      {text}
    </p>
  );
}
