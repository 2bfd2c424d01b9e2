import { useState } from "react";
import { Link, useLocation } from "wouter";
import {
  cleanEmail,
  emailProblem,
  newPasswordProblem,
  onlyProblems,
} from "../../account/form/check.ts";
import { EmailField } from "../../account/form/EmailField.tsx";
import { FormProblem, SubmitButton } from "../../account/form/FormEnd.tsx";
import formStyles from "../../account/form/form.module.css";
import { PasswordField } from "../../account/form/PasswordField.tsx";
import { useForm } from "../../account/form/use-form.ts";
import { calls } from "../../account/page-calls.ts";
import { wordsOf } from "../../account/problem-words.ts";
import { withThen } from "../../account/then.ts";
import { useAccount } from "../../account/use-account.ts";
import { useThen } from "../../account/use-then.ts";
import { codeOf } from "../../api/api-error.ts";
import { accountMessages } from "../../messages/account.ts";
import { AlreadySignedIn } from "./AlreadySignedIn.tsx";
import styles from "./FormPage.module.css";
import { FormPage, Ways } from "./FormPage.tsx";
import { NoAccountsPage } from "./NoAccountsPage.tsx";

const words = accountMessages.signUp;
const fields = accountMessages.form;

/** `/sign-up` */
export function SignUpPage() {
  const account = useAccount();
  const then = useThen();
  const [, navigate] = useLocation();
  const [mailed, setMailed] = useState<string | null>(null);
  const form = useForm({
    fields: ["email", "password"],
    check: ({ email, password }) =>
      onlyProblems({ email: emailProblem(email), password: newPasswordProblem(password) }),
    async submit({ email, password }) {
      const address = cleanEmail(email);
      const { next } = await calls.signUp({ email: address, password });
      if (next !== "signed_in") {
        setMailed(address);
        return;
      }
      const { href, state } = withThen("/sign-in/done", then);
      navigate(href, { replace: true, state });
    },
    explain: (error) => ({ [fieldOf(codeOf(error))]: wordsOf(error) }),
  });
  if (account.status === "off") return <NoAccountsPage />;
  if (account.status === "signed-in")
    return (
      <AlreadySignedIn
        lead={accountMessages.signIn.already(account.user.email)}
        way={{ ...withThen("/sign-in/done", then), name: accountMessages.signIn.goOn }}
      />
    );
  if (mailed !== null)
    return <FormPage title={words.checkMail.title} lead={words.checkMail.text(mailed)} />;
  return (
    <FormPage title={words.title} lead={words.lead}>
      <form {...form.props} className={formStyles.form}>
        <EmailField autoComplete="username" problem={form.problems.email} />
        <PasswordField
          name="password"
          label={fields.password}
          autoComplete="new-password"
          problem={form.problems.password}
          hint={fields.passwordRule}
        />
        <section className={styles.truth} aria-labelledby="truth">
          <h2 id="truth">{words.truthTitle}</h2>
          <p>{words.truth}</p>
          <p>{words.moves}</p>
        </section>
        <FormProblem text={form.problems.form} />
        <SubmitButton label={words.button} busy={form.busy} />
      </form>
      <Ways>
        <p>
          {words.haveAccount} <Link {...withThen("/sign-in", then)}>{words.signIn}</Link>
        </p>
      </Ways>
    </FormPage>
  );
}

function fieldOf(code: string): "email" | "password" | "form" {
  if (code === "account_exists") return "email";
  return code === "password_refused" ? "password" : "form";
}
