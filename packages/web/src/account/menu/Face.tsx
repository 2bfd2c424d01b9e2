import styles from "./AccountMenu.module.css";

type Props = {
  readonly email: string;
  /** Read before the email, and not shown. */
  readonly label?: string;
};

/** Who is signed in, as the menu's button shows it. */
export function Face({ email, label = "" }: Props) {
  return (
    <span className={styles.face}>
      <span
        className={styles.initial}
        data-initial={email.charAt(0).toUpperCase()}
        aria-hidden="true"
      />
      <span className={styles.label}>{label}</span>
      <span className={styles.email}>{email}</span>
    </span>
  );
}
