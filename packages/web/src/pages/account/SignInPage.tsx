import { useEffect, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import {
  cleanEmail,
  emailProblem,
  onlyProblems,
  passwordProblem,
} from "../../account/form/check.ts";
import { EmailField } from "../../account/form/EmailField.tsx";
import { FormProblem, SubmitButton } from "../../account/form/FormEnd.tsx";
import styles from "../../account/form/form.module.css";
import { PasswordField } from "../../account/form/PasswordField.tsx";
import { useForm } from "../../account/form/use-form.ts";
import { dropOutcome, type Outcome, outcomeOf, settleOutcome } from "../../account/outcome.ts";
import { calls } from "../../account/page-calls.ts";
import { wordsOf } from "../../account/problem-words.ts";
import type { Account } from "../../account/session.ts";
import { withThen } from "../../account/then.ts";
import { useAccount } from "../../account/use-account.ts";
import { useThen } from "../../account/use-then.ts";
import { codeOf } from "../../api/api-error.ts";
import { accountMessages } from "../../messages/account.ts";
import { AlreadySignedIn } from "./AlreadySignedIn.tsx";
import { FormPage, Ways } from "./FormPage.tsx";
import { NoAccountsPage } from "./NoAccountsPage.tsx";
import { OtherWays } from "./OtherWays.tsx";
import { usePasskeyAutofill } from "./use-passkey-autofill.ts";

const words = accountMessages.signIn;
const fields = accountMessages.form;

/** `/sign-in`: by password, passkey or provider. `useThen` says where to go afterwards. */
export function SignInPage() {
  const account = useAccount();
  const search = useSearch();
  const then = useThen();
  const [outcome, setOutcome] = useState(() => outcomeOf(search));
  useEffect(settleOutcome, []);
  const isSignedIn = account.status === "signed-in";
  if (isSignedIn && outcome !== null) setOutcome(null);
  useEffect(() => {
    if (isSignedIn) dropOutcome();
  }, [isSignedIn]);
  const [, navigate] = useLocation();
  const done = () => {
    const { href, state } = withThen("/sign-in/done", then);
    navigate(href, { replace: true, state });
  };
  const autofill = usePasskeyAutofill(done);
  const form = useForm({
    fields: ["email", "password"],
    check: ({ email, password }) =>
      onlyProblems({ email: emailProblem(email), password: passwordProblem(password) }),
    async submit({ email, password }) {
      autofill.stop();
      await calls.signIn({ email: cleanEmail(email), password });
      done();
    },
    explain: (error) => ({
      [codeOf(error) === "wrong_credentials" ? "password" : "form"]: wordsOf(error),
    }),
  });
  if (account.status === "off") return <NoAccountsPage />;
  if (account.status === "signed-in")
    return (
      <AlreadySignedIn
        lead={words.already(account.user.email)}
        way={{ ...withThen("/sign-in/done", then), name: words.goOn }}
      />
    );
  return (
    <FormPage title={words.title} lead={words.lead} notice={noticeOf(outcome, account)}>
      <form {...form.props} {...autofill.form} className={styles.form}>
        <EmailField autoComplete="username webauthn" autoFocus problem={form.problems.email} />
        <PasswordField
          name="password"
          label={fields.password}
          autoComplete="current-password"
          problem={form.problems.password}
        />
        <FormProblem text={form.problems.form} />
        <SubmitButton label={words.button} busy={form.busy} />
      </form>
      <OtherWays then={then} onSignedIn={done} />
      <Ways>
        <p>
          <Link {...withThen("/forgot", then)}>{words.forgot}</Link>
        </p>
        <p>
          {words.noAccount} <Link {...withThen("/sign-up", then)}>{words.signUp}</Link>
        </p>
      </Ways>
    </FormPage>
  );
}

function noticeOf(outcome: Outcome | null, account: Account) {
  if (outcome === "provider") return { kind: "problem", text: words.oidc } as const;
  if (account.status === "unreachable")
    return { kind: "problem", text: accountMessages.problems.unreachable } as const;
  if (outcome === "deleted") return { kind: "note", text: words.deleted } as const;
  if (outcome === "signed-out") return { kind: "note", text: words.signedOut } as const;
  if (account.status === "signed-out" && account.endedElsewhere)
    return { kind: "note", text: words.ended } as const;
  return null;
}
