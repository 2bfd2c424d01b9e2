import { secretMessages } from "../messages/secrets.ts";
import { useElapsed } from "../view/use-elapsed.ts";
import styles from "./Sending.module.css";

/** Beside the buttons while an answer is awaited: what was sent is not taken back by leaving. */
export function Sending() {
  const slow = useElapsed(1_000);
  return (
    <p role="status" className={styles.sending}>
      {slow && secretMessages.sending}
    </p>
  );
}
