import { Link } from "wouter";
import { AccountCorner } from "../account/menu/AccountCorner.tsx";
import { Mark } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import styles from "./Header.module.css";

type Props = {
  /** Without the account's corner: pages on which one signs in. */
  readonly bare?: boolean;
};

/** The top of every page that is not an app: our name, and the account at the right. */
export function Header({ bare = false }: Props) {
  return (
    <header className={styles.header}>
      <Link href="/" className={styles.home}>
        <Mark />
        {messages.product}
      </Link>
      {!bare && <AccountCorner />}
    </header>
  );
}
