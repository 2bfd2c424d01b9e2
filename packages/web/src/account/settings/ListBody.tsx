import type { ReactNode } from "react";
import { accountMessages } from "../../messages/account.ts";
import { wordsOf } from "../problem-words.ts";
import styles from "./Section.module.css";

type Props<T> = {
  readonly list: {
    readonly data: T | undefined;
    readonly failureReason: unknown;
    readonly again: () => void;
  };
  readonly children: (data: T) => ReactNode;
};

/** A list, or why it is not there and how to try again. */
export function ListBody<T>({ list, children }: Props<T>) {
  const words = accountMessages.settings;
  if (list.data !== undefined) return children(list.data);
  if (list.failureReason === null) return <p className={styles.quiet}>{words.listLoading}</p>;
  return (
    <div className={styles.failed}>
      <p role="alert">{words.listFailed(wordsOf(list.failureReason))}</p>
      <button type="button" onClick={list.again}>
        {words.retry}
      </button>
    </div>
  );
}
