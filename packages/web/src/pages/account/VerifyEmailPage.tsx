import { useEffect, useState } from "react";
import { Link } from "wouter";
import { pageAccount } from "../../account/page-account.ts";
import { calls } from "../../account/page-calls.ts";
import { wordsOf } from "../../account/problem-words.ts";
import { useAccount } from "../../account/use-account.ts";
import { useLinkToken } from "../../account/use-link-token.ts";
import { accountMessages } from "../../messages/account.ts";
import styles from "./FormPage.module.css";
import { FormPage } from "./FormPage.tsx";

const words = accountMessages.verify;

type State =
  | { readonly name: "working" }
  | { readonly name: "done" }
  | { readonly name: "failed"; readonly why: string };

/** `/verify-email#token=…`: says to the server that who owns the address has opened the mail. */
export function VerifyEmailPage() {
  const token = useLinkToken();
  const account = useAccount();
  const [state, setState] = useState<State>({ name: "working" });
  useEffect(() => {
    if (token === null) return;
    let gone = false;
    const verify = async () => {
      await calls.verifyEmail({ token });
      await pageAccount().signedIn();
    };
    verify().then(
      () => {
        if (!gone) setState({ name: "done" });
      },
      (error: unknown) => {
        if (!gone) setState({ name: "failed", why: wordsOf(error) });
      },
    );
    return () => {
      gone = true;
    };
  }, [token]);

  if (token === null)
    return (
      <FormPage
        title={accountMessages.reset.noToken.title}
        lead={accountMessages.reset.noToken.text.mail}
      />
    );
  if (state.name === "working")
    return <FormPage title={words.title} lead={<span role="status">{words.working}</span>} />;
  const signedIn = account.status === "signed-in";
  return (
    <FormPage
      title={state.name === "done" ? words.done : words.failed}
      lead={<span role="status">{state.name === "done" ? words.doneText : state.why}</span>}
    >
      <div className={styles.actions}>
        <Link href={signedIn ? "/settings/account" : "/sign-in"} className="button button-primary">
          {signedIn ? words.goOn : accountMessages.signIn.button}
        </Link>
      </div>
    </FormPage>
  );
}
