import type { ReactNode } from "react";
import { Header } from "../Header.tsx";
import { useTitle } from "../use-title.ts";
import styles from "./FormPage.module.css";

type Props = {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What happened before, said above the form. */
  readonly notice?: { readonly kind: "note" | "problem"; readonly text: string } | null;
  readonly children?: ReactNode;
};

/** A page with one form on it, and nothing to lead away from it. */
export function FormPage({ title, lead, notice, children }: Props) {
  useTitle(title);
  return (
    <div className={styles.page}>
      <Header bare />
      <main className={styles.main}>
        {notice && (
          <p
            role={notice.kind === "note" ? "status" : "alert"}
            className={notice.kind === "note" ? styles.note : styles.problem}
          >
            {notice.text}
          </p>
        )}
        <h1>{title}</h1>
        {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        {children}
      </main>
    </div>
  );
}

/** Lines below a form: other ways to go. */
export function Ways({ children }: { readonly children: ReactNode }) {
  return <div className={styles.ways}>{children}</div>;
}
