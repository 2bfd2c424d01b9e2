import { useEffect, useEffectEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { pageAccount } from "../../account/page-account.ts";
import type { Account } from "../../account/session.ts";
import { close, home, takeThen, withThen } from "../../account/then.ts";
import { useThen } from "../../account/use-then.ts";
import { accountMessages } from "../../messages/account.ts";
import styles from "./FormPage.module.css";
import { FormPage } from "./FormPage.tsx";

const words = accountMessages.done;

/**
 * `/sign-in/done`: where every way to sign in ends. Tells the other tabs, then goes where the visitor
 * came from, or says that the app's tab is waiting.
 */
export function SignedInPage() {
  const asked = useThen();
  const [, navigate] = useLocation();
  const [state, setState] = useState<"asking" | "close" | "nobody">("asking");
  const arrive = useEffectEvent((account: Account) => {
    const kept = takeThen();
    const then = asked ?? kept ?? home;
    if (account.status !== "signed-in") setState("nobody");
    else if (then === close) setState("close");
    else navigate(then, { replace: true });
  });
  useEffect(() => {
    let gone = false;
    void pageAccount()
      .signedIn()
      .then((account) => {
        if (!gone) arrive(account);
      });
    return () => {
      gone = true;
    };
  }, []);

  if (state === "nobody")
    return (
      <FormPage title={words.notYet} lead={words.notYetText}>
        <p>{words.noCookie[location.protocol === "https:" ? "https" : "http"]}</p>
        <div className={styles.actions}>
          <Link {...withThen("/sign-in", asked)} className="button button-primary">
            {accountMessages.signIn.button}
          </Link>
        </div>
      </FormPage>
    );
  return (
    <FormPage
      title={words.title}
      lead={<span role="status">{state === "close" ? words.close : words.going}</span>}
    />
  );
}
