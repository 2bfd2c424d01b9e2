import { wordsOf } from "../account/problem-words.ts";
import { accountMessages } from "../messages/account.ts";
import styles from "./ListProblem.module.css";

type Props = {
  readonly failure: unknown;
  /** Says that the list is not there, and why. Not where an older one is shown. */
  readonly missing: ((why: string) => string) | null;
  readonly again: () => Promise<void>;
};

/** Why a list is not there or not up to date, and how to try again. Stands above the list. */
export function ListProblem({ failure, missing, again }: Props) {
  const words = accountMessages.settings;
  return (
    <div role="alert" className={styles.problem}>
      <p>{(missing ?? words.listStale)(wordsOf(failure))}</p>
      <button type="button" onClick={() => void again()}>
        {words.retry}
      </button>
    </div>
  );
}
