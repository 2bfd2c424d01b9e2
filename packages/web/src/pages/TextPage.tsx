import type { ReactNode } from "react";
import { Header } from "./Header.tsx";
import styles from "./TextPage.module.css";

type Props = {
  readonly title: string;
  readonly children?: ReactNode;
};

/** A page of text: our name above, one heading, what there is to say. */
export function TextPage({ title, children }: Props) {
  return (
    <div className={styles.page}>
      <Header />
      <main className={styles.main}>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
