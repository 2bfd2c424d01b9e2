import { useState } from "react";
import { codeOf } from "../../api/api-error.ts";
import { accountMessages } from "../../messages/account.ts";
import { newPasswordProblem, onlyProblems, passwordProblem } from "../form/check.ts";
import { FormProblem, SubmitButton } from "../form/FormEnd.tsx";
import styles from "../form/form.module.css";
import { PasswordField } from "../form/PasswordField.tsx";
import { UsernameHint } from "../form/UsernameHint.tsx";
import { useForm } from "../form/use-form.ts";
import { pageAccount } from "../page-account.ts";
import { calls } from "../page-calls.ts";
import { wordsOf } from "../problem-words.ts";
import type { User } from "../session.ts";
import type { Confirmed } from "./confirmed.ts";
import { OutcomeLine } from "./OutcomeLine.tsx";
import { Section } from "./Section.tsx";
import type { Outcome } from "./use-action.ts";
import { useRefreshed } from "./use-list.ts";

const words = accountMessages.password;
const fields = accountMessages.form;

type Props = { readonly user: User; readonly confirmed: Confirmed };

/** Changing the password, or setting a first one. */
export function PasswordSection({ user, confirmed }: Props) {
  const [outcome, setOutcome] = useState<Outcome>(null);
  const refreshed = useRefreshed();
  const { hasPassword } = user;
  const form = useForm({
    fields: ["current", "next"],
    check: ({ current, next }) =>
      onlyProblems({
        current: hasPassword ? passwordProblem(current) : undefined,
        next: hasPassword && next === current ? words.same : newPasswordProblem(next),
      }),
    async submit(values, element) {
      setOutcome(null);
      if ((await confirmed(() => calls.changePassword(values).then(() => true))) === null) return;
      element.reset();
      setOutcome({ kind: "done", text: words.done });
      await Promise.all([pageAccount().refresh(), refreshed("devices")]);
    },
    explain(error) {
      if (codeOf(error) === "wrong_credentials") return { current: words.wrong };
      return { [codeOf(error) === "password_refused" ? "next" : "form"]: wordsOf(error) };
    },
  });
  return (
    <Section title={words.title} lead={hasPassword ? words.lead : words.set}>
      <form {...form.props} className={styles.form}>
        <UsernameHint email={user.email} />
        {hasPassword && (
          <PasswordField
            name="current"
            label={fields.currentPassword}
            autoComplete="current-password"
            problem={form.problems.current}
          />
        )}
        <PasswordField
          name="next"
          label={fields.newPassword}
          autoComplete="new-password"
          problem={form.problems.next}
          hint={fields.passwordRule}
        />
        <FormProblem text={form.problems.form} />
        <div>
          <SubmitButton
            label={hasPassword ? words.changeButton : words.setButton}
            busy={form.busy}
            kind="plain"
          />
        </div>
      </form>
      <OutcomeLine outcome={outcome} />
    </Section>
  );
}
