import type { ReactNode, RefObject } from "react";
import styles from "./Section.module.css";

type Props = {
  readonly title: string;
  readonly lead: ReactNode;
  /** The heading, which can take the focus when what had it goes. */
  readonly heading?: RefObject<HTMLHeadingElement | null>;
  readonly children: ReactNode;
};

/** One subject of the settings. Not a region of its own: its name is also that of a field elsewhere. */
export function Section({ title, lead, heading, children }: Props) {
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2 ref={heading} tabIndex={heading && -1}>
          {title}
        </h2>
        <p>{lead}</p>
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}
