import type { ReactNode } from "react";
import styles from "./Section.module.css";

type Props = {
  readonly title: string;
  readonly lead: ReactNode;
  readonly children: ReactNode;
};

/** One subject of the settings. Not a region of its own: its name is also that of a field elsewhere. */
export function Section({ title, lead, children }: Props) {
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>{title}</h2>
        <p>{lead}</p>
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}
