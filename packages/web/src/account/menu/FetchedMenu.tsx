import { type ComponentType, useEffect, useState } from "react";
import { accountMessages } from "../../messages/account.ts";
import styles from "./AccountMenu.module.css";
import { Face } from "./Face.tsx";

/** What the menu of who is signed in is given. `isOpen`: it is open from the beginning. */
export type MenuProps = {
  readonly email: string;
  readonly inApp: boolean;
  readonly isOpen: boolean;
};
type Menu = ComponentType<MenuProps>;

type Props = Omit<MenuProps, "isOpen"> & { readonly fetchMenu: () => Promise<Menu> };

/** Once fetched, it is there at once on every page. */
let fetched: Menu | null = null;

/** The menu; until it is fetched, who is signed in. Where that fails, their button fetches it again, and opens it. */
export function FetchedMenu({ email, inApp, fetchMenu }: Props) {
  const [SignedInMenu, setMenu] = useState(() => fetched);
  const [state, setState] = useState<"first" | "failed" | "again">("first");
  useEffect(() => {
    if (SignedInMenu !== null || state === "failed") return;
    let gone = false;
    const use = (menu: Menu) => {
      fetched = menu;
      if (!gone) setMenu(() => menu);
    };
    fetchMenu().then(use, () => {
      // A page without its menu is better than no page.
      if (!gone) setState("failed");
    });
    return () => {
      gone = true;
    };
  }, [SignedInMenu, state, fetchMenu]);

  if (SignedInMenu !== null)
    return <SignedInMenu email={email} inApp={inApp} isOpen={state === "again"} />;
  if (state === "first") return <Face email={email} />;
  return (
    <button
      type="button"
      className={styles.trigger}
      aria-busy={state === "again"}
      aria-disabled={state === "again"}
      onClick={() => {
        setState("again");
      }}
    >
      <Face email={email} label={accountMessages.menu.label} />
    </button>
  );
}
