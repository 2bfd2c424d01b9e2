import { Link, useLocation } from "wouter";
import { accountMessages } from "../../messages/account.ts";
import { pageAccount } from "../page-account.ts";
import { close, signInHere, withThen } from "../then.ts";
import { useAccount } from "../use-account.ts";
import styles from "./AccountMenu.module.css";
import { FetchedMenu } from "./FetchedMenu.tsx";

const words = accountMessages.menu;
const fetchMenu = async () => (await import("./SignedInMenu.tsx")).SignedInMenu;

/** Sign in, or who is signed in. Beside an app the sign-in opens in a tab of its own: the app goes on. */
export function AccountMenu({ inApp }: { readonly inApp: boolean }) {
  const account = useAccount();
  // The link leads back to where it was followed.
  useLocation();
  switch (account.status) {
    case "loading":
    case "off":
      return null;
    case "unreachable":
      return (
        <button
          type="button"
          className={styles.quiet}
          title={words.unreachableWhy}
          onClick={() => {
            void pageAccount().refresh();
          }}
        >
          {words.unreachable}
        </button>
      );
    case "signed-out":
      return inApp ? (
        <a
          href={withThen("/sign-in", close).href}
          target="_blank"
          rel="noopener"
          title={words.newTab}
          className={`button ${styles.signIn}`}
        >
          {words.signIn}
        </a>
      ) : (
        <>
          {account.endedElsewhere && (
            <span role="alert" className={styles.ended}>
              {words.ended}
            </span>
          )}
          <Link {...signInHere()} className={`button ${styles.signIn}`}>
            {words.signIn}
          </Link>
        </>
      );
    case "signed-in":
      return <FetchedMenu email={account.user.email} inApp={inApp} fetchMenu={fetchMenu} />;
  }
}
