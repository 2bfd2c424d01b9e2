import { useState } from "react";
import { codeOf } from "../../api/api-error.ts";
import { accountMessages } from "../../messages/account.ts";
import { cleanEmail, emailProblem, onlyProblems } from "../form/check.ts";
import { FormProblem, SubmitButton } from "../form/FormEnd.tsx";
import styles from "../form/form.module.css";
import { TextField } from "../form/TextField.tsx";
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

const words = accountMessages.email;

type Props = { readonly user: User; readonly confirmed: Confirmed };

/** The email one signs in with. */
export function EmailSection({ user, confirmed }: Props) {
  const [outcome, setOutcome] = useState<Outcome>(null);
  const refreshed = useRefreshed();
  const form = useForm({
    fields: ["email"],
    check({ email }) {
      const same = cleanEmail(email).toLowerCase() === user.email.toLowerCase();
      return onlyProblems({ email: same ? words.same : emailProblem(email) });
    },
    async submit(values, element) {
      setOutcome(null);
      const email = cleanEmail(values.email);
      const answer = await confirmed(() => calls.changeEmail({ email }));
      if (answer === null) return;
      element.reset();
      const changed = answer.next === "changed";
      setOutcome({ kind: "done", text: changed ? words.changed(email) : words.sent(email) });
      if (changed) await Promise.all([pageAccount().refresh(), refreshed("devices")]);
    },
    explain: (error) =>
      codeOf(error) === "account_exists" ? { email: words.taken } : { form: wordsOf(error) },
  });
  return (
    <Section title={words.title} lead={words.lead(user.email)}>
      <form {...form.props} className={styles.form}>
        <TextField
          name="email"
          label={words.field}
          type="email"
          autoComplete="email"
          problem={form.problems.email}
        />
        <FormProblem text={form.problems.form} />
        <div>
          <SubmitButton label={words.button} busy={form.busy} kind="plain" />
        </div>
      </form>
      <OutcomeLine outcome={outcome} />
    </Section>
  );
}
