import type { ReactNode } from "react";
import { Link } from "wouter";
import { Mark } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import styles from "./TextPage.module.css";

type Props = {
  readonly title: string;
  readonly children?: ReactNode;
};

/** A page of text: our name above, one heading, what there is to say. */
export function TextPage({ title, children }: Props) {
  return (
    <div className={styles.page}>
      <header>
        <Link href="/" className={styles.home}>
          <Mark />
          {messages.product}
        </Link>
      </header>
      <main className={styles.main}>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
