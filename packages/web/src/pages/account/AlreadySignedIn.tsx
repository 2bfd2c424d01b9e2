import { useState } from "react";
import { Link } from "wouter";
import { FormProblem } from "../../account/form/FormEnd.tsx";
import { wordsOf } from "../../account/problem-words.ts";
import { signOut } from "../../account/sign-out.ts";
import { withThen } from "../../account/then.ts";
import { accountMessages } from "../../messages/account.ts";
import styles from "./FormPage.module.css";
import { FormPage } from "./FormPage.tsx";

type Props = { readonly email: string; readonly then: string | null };

/** In place of a form for strangers, to who is none. */
export function AlreadySignedIn({ email, then }: Props) {
  const words = accountMessages.signIn;
  const [problem, setProblem] = useState<string>();
  return (
    <FormPage title={accountMessages.done.title} lead={words.already(email)}>
      <FormProblem text={problem} />
      <div className={styles.actions}>
        <Link href={withThen("/sign-in/done", then)} className="button button-primary">
          {words.goOn}
        </Link>
        <button
          type="button"
          onClick={() => {
            signOut().catch((error: unknown) => {
              setProblem(wordsOf(error));
            });
          }}
        >
          {words.signOut}
        </button>
      </div>
    </FormPage>
  );
}
