import { Menu } from "@base-ui/react/menu";
import { useState } from "react";
import { Link } from "wouter";
import { accountMessages } from "../../messages/account.ts";
import { AskChoice } from "../../view/AskChoice.tsx";
import { wordsOf } from "../problem-words.ts";
import { signOut } from "../sign-out.ts";
import styles from "./AccountMenu.module.css";
import { Face } from "./Face.tsx";
import type { MenuProps } from "./FetchedMenu.tsx";

const words = accountMessages.menu;
const places = [
  { path: "/settings/account", name: words.account },
  { path: "/settings/secrets", name: words.secrets },
] as const;

/** The menu of who is signed in. */
export function SignedInMenu({ email, inApp, isOpen }: MenuProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [place, setPlace] = useState<HTMLDivElement | null>(null);
  const leave = () => {
    setProblem(null);
    signOut().catch((error: unknown) => {
      setProblem(wordsOf(error));
    });
  };
  return (
    // The list stays beside its button, within the page's banner.
    <div ref={setPlace} className={styles.place}>
      <Menu.Root defaultOpen={isOpen}>
        <Menu.Trigger className={styles.trigger}>
          <Face email={email} label={words.label} />
        </Menu.Trigger>
        <Menu.Portal container={place}>
          <Menu.Positioner className={styles.positioner} align="end" sideOffset={6}>
            <Menu.Popup className={styles.popup}>
              <p className={styles.who}>{email}</p>
              {places.map(({ path, name }) => (
                <Menu.LinkItem
                  key={path}
                  className={styles.item}
                  closeOnClick
                  render={
                    // Beside an app, in a tab of its own: the app goes on.
                    inApp ? <a href={path} target="_blank" rel="noopener" /> : <Link href={path} />
                  }
                >
                  {name}
                </Menu.LinkItem>
              ))}
              <Menu.Separator className={styles.separator} />
              <Menu.Item className={styles.item} onClick={leave}>
                {words.signOut}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {problem !== null && (
        <AskChoice
          title={words.stillSignedIn}
          text={problem}
          keep={words.close}
          button={words.signOut}
          kind="primary"
          onClose={() => {
            setProblem(null);
          }}
          onConfirm={leave}
        />
      )}
    </div>
  );
}
