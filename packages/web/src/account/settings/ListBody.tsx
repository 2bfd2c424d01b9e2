import type { ReactNode } from "react";
import { accountMessages } from "../../messages/account.ts";
import { ListProblem } from "../../view/ListProblem.tsx";
import styles from "./Section.module.css";

type Props<T> = {
  readonly list: {
    readonly data: T | undefined;
    readonly failure: unknown;
    readonly again: () => Promise<void>;
  };
  readonly children: (data: T) => ReactNode;
};

/** A list; and why it is not there or not up to date, and how to try again. */
export function ListBody<T>({ list, children }: Props<T>) {
  const words = accountMessages.settings;
  const { data, failure, again } = list;
  return (
    <>
      {failure !== null && (
        <ListProblem
          failure={failure}
          missing={data === undefined ? words.listFailed : null}
          again={again}
        />
      )}
      {data !== undefined
        ? children(data)
        : failure === null && <p className={styles.quiet}>{words.listLoading}</p>}
    </>
  );
}
