import { useState } from "react";
import { Link } from "wouter";
import { cleanEmail, emailProblem, onlyProblems } from "../../account/form/check.ts";
import { EmailField } from "../../account/form/EmailField.tsx";
import { FormProblem, SubmitButton } from "../../account/form/FormEnd.tsx";
import styles from "../../account/form/form.module.css";
import { useForm } from "../../account/form/use-form.ts";
import { calls } from "../../account/page-calls.ts";
import { wordsOf } from "../../account/problem-words.ts";
import { withThen } from "../../account/then.ts";
import { useAccount } from "../../account/use-account.ts";
import { useThen } from "../../account/use-then.ts";
import { accountMessages } from "../../messages/account.ts";
import { AlreadySignedIn } from "./AlreadySignedIn.tsx";
import { FormPage, Ways } from "./FormPage.tsx";
import { NoAccountsPage } from "./NoAccountsPage.tsx";

const words = accountMessages.forgot;

/** `/forgot`: asks for a link. What it says does not depend on whether there is such an account. */
export function ForgotPage() {
  const account = useAccount();
  const then = useThen();
  const [mailed, setMailed] = useState<string | null>(null);
  const form = useForm({
    fields: ["email"],
    check: ({ email }) => onlyProblems({ email: emailProblem(email) }),
    async submit({ email }) {
      const address = cleanEmail(email);
      await calls.forgot({ email: address });
      setMailed(address);
    },
    explain: (error) => ({ form: wordsOf(error) }),
  });
  if (account.status === "off") return <NoAccountsPage />;
  if (account.status === "loading")
    return <FormPage title={words.title} lead={accountMessages.settings.loading} />;
  if (account.status === "signed-in") {
    const { mail, noMail } = words.signedIn;
    return (
      <AlreadySignedIn
        title={words.title}
        lead={(account.offers.mail ? mail : noMail)(account.user.email)}
        way={{ href: "/settings/account", state: null, name: words.signedIn.way }}
      />
    );
  }
  const back = (
    <Ways>
      <p>
        <Link {...withThen("/sign-in", then)}>{words.back}</Link>
      </p>
    </Ways>
  );
  const hasMail = account.status !== "signed-out" || account.offers.mail;
  if (mailed !== null || !hasMail)
    return (
      <FormPage
        title={mailed === null ? words.title : words.sentTitle}
        lead={mailed === null ? words.noMail : words.sent(mailed)}
      >
        {back}
      </FormPage>
    );
  return (
    <FormPage title={words.title} lead={words.lead}>
      <form {...form.props} className={styles.form}>
        <EmailField autoComplete="username" problem={form.problems.email} />
        <FormProblem text={form.problems.form} />
        <SubmitButton label={words.button} busy={form.busy} />
      </form>
      {back}
    </FormPage>
  );
}
