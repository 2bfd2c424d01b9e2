import { type ReactNode, useId } from "react";
import styles from "./Section.module.css";

type Props = {
  readonly title: string;
  readonly lead: ReactNode;
  readonly children: ReactNode;
};

/** One subject of the settings. */
export function Section({ title, lead, children }: Props) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        <p>{lead}</p>
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}
