import styles from "./AccountMenu.module.css";

/** Who is signed in, as the menu's button shows it. */
export function Face({ email }: { readonly email: string }) {
  return (
    <span className={styles.face}>
      <span className={styles.initial} aria-hidden="true">
        {email.charAt(0).toUpperCase()}
      </span>
      <span className={styles.email}>{email}</span>
    </span>
  );
}
