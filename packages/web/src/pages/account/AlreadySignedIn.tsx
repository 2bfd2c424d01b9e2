import { useState } from "react";
import { Link } from "wouter";
import { FormProblem } from "../../account/form/FormEnd.tsx";
import { wordsOf } from "../../account/problem-words.ts";
import { signOut } from "../../account/sign-out.ts";
import type { Way } from "../../account/then.ts";
import { accountMessages } from "../../messages/account.ts";
import styles from "./FormPage.module.css";
import { FormPage } from "./FormPage.tsx";

type Props = {
  readonly title?: string;
  readonly lead: string;
  /** Where to go on: an address, and what the way there is called. */
  readonly way: Way & { readonly name: string };
};

/** In place of a form for strangers, to who is none. */
export function AlreadySignedIn({ title = accountMessages.done.title, lead, way }: Props) {
  const words = accountMessages.signIn;
  const [problem, setProblem] = useState<string>();
  return (
    <FormPage title={title} lead={lead}>
      <FormProblem text={problem} />
      <div className={styles.actions}>
        <Link href={way.href} state={way.state} className="button button-primary">
          {way.name}
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
