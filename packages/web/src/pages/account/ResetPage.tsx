import { useState } from "react";
import { Link } from "wouter";
import { newPasswordProblem, onlyProblems } from "../../account/form/check.ts";
import { FormProblem, SubmitButton } from "../../account/form/FormEnd.tsx";
import formStyles from "../../account/form/form.module.css";
import { PasswordField } from "../../account/form/PasswordField.tsx";
import { useForm } from "../../account/form/use-form.ts";
import { pageAccount } from "../../account/page-account.ts";
import { calls } from "../../account/page-calls.ts";
import { wordsOf } from "../../account/problem-words.ts";
import { useAccount } from "../../account/use-account.ts";
import { useLinkToken } from "../../account/use-link-token.ts";
import { codeOf } from "../../api/api-error.ts";
import { accountMessages } from "../../messages/account.ts";
import styles from "./FormPage.module.css";
import { FormPage, Ways } from "./FormPage.tsx";

const words = accountMessages.reset;

/** `/reset#token=…`: a new password, by the link of a mail or of the operator. */
export function ResetPage() {
  const token = useLinkToken();
  const account = useAccount();
  const [done, setDone] = useState(false);
  /** The token that the server would not take. Another link may be opened on this page. */
  const [refused, setRefused] = useState<string | null>(null);
  const form = useForm({
    fields: ["password"],
    check: ({ password }) => onlyProblems({ password: newPasswordProblem(password) }),
    async submit({ password }) {
      await calls.reset({ token: token ?? "", password });
      pageAccount().ended();
      setDone(true);
    },
    explain(error) {
      if (codeOf(error) === "link_expired") setRefused(token);
      return { [codeOf(error) === "password_refused" ? "password" : "form"]: wordsOf(error) };
    },
  });
  if (done)
    return (
      <FormPage title={words.done} lead={words.doneText}>
        <div className={styles.actions}>
          <Link href="/sign-in" className="button button-primary">
            {accountMessages.signIn.button}
          </Link>
        </div>
      </FormPage>
    );
  // Without mail, links are made by the operator.
  const hasMail = !("offers" in account) || account.offers.mail;
  const place = hasMail ? "mail" : "noMail";
  const again = <Link href={hasMail ? "/forgot" : "/sign-in"}>{words.again[place]}</Link>;
  if (token === null || token === refused) {
    const { title, text } = words[token === null ? "noToken" : "refused"];
    return (
      <FormPage title={title} lead={text[place]}>
        <Ways>
          <p>{again}</p>
        </Ways>
      </FormPage>
    );
  }
  return (
    <FormPage title={words.title} lead={words.lead}>
      <form {...form.props} className={formStyles.form}>
        <PasswordField
          name="password"
          label={accountMessages.form.newPassword}
          autoComplete="new-password"
          problem={form.problems.password}
          hint={accountMessages.form.passwordRule}
        />
        <FormProblem text={form.problems.form} />
        <SubmitButton label={words.button} busy={form.busy} />
      </form>
      <Ways>
        <p>{again}</p>
      </Ways>
    </FormPage>
  );
}
