import type { ReactNode } from "react";
import type { Asked } from "../../api/patient-queries.ts";
import { accountMessages } from "../../messages/account.ts";
import { ListProblem } from "../../view/ListProblem.tsx";
import styles from "./Section.module.css";

type Props<T> = {
  readonly list: Asked<T | undefined>;
  readonly children: (data: T) => ReactNode;
};

/** A list; and why it is not there or not up to date, and how to try again. */
export function ListBody<T>({ list, children }: Props<T>) {
  const words = accountMessages.settings;
  const { data, failure } = list;
  return (
    <>
      <ListProblem list={list} failed={words.listFailed} />
      {data !== undefined
        ? children(data)
        : failure === null && <p className={styles.quiet}>{words.listLoading}</p>}
    </>
  );
}
