import { useState } from "react";
import { accountMessages } from "../../messages/account.ts";
import { AskActions, AskDialog } from "../../view/AskDialog.tsx";
import { useConfirmed } from "../confirm/use-confirmed.tsx";
import { cleanEmail } from "../form/check.ts";
import { FormProblem, SubmitButton } from "../form/FormEnd.tsx";
import styles from "../form/form.module.css";
import { TextField } from "../form/TextField.tsx";
import { useForm } from "../form/use-form.ts";
import { pageAccount } from "../page-account.ts";
import { calls } from "../page-calls.ts";
import { wordsOf } from "../problem-words.ts";
import type { User } from "../session.ts";
import { leave } from "../sign-out.ts";
import { Section } from "./Section.tsx";

const words = accountMessages.remove;

type Props = { readonly user: User };

/** The end of the account, after saying what is destroyed. */
export function DeleteSection({ user }: Props) {
  const [asking, setAsking] = useState(false);
  const close = () => {
    setAsking(false);
  };
  return (
    <Section title={words.title} lead={words.lead}>
      <div>
        <button
          type="button"
          className="button-danger"
          onClick={() => {
            setAsking(true);
          }}
        >
          {words.open}
        </button>
      </div>
      {asking && <Question user={user} onClose={close} />}
    </Section>
  );
}

function Question({ user, onClose }: Props & { readonly onClose: () => void }) {
  const { confirmed, dialog } = useConfirmed();
  const form = useForm({
    fields: ["email"],
    check: ({ email }): { email?: string } =>
      cleanEmail(email).toLowerCase() === user.email.toLowerCase() ? {} : { email: words.mismatch },
    async submit() {
      const { email } = user;
      if ((await confirmed(() => calls.deleteAccount({ email }).then(() => true))) === null) return;
      pageAccount().ended();
      leave("deleted");
    },
    explain: (error) => ({ form: wordsOf(error) }),
  });
  return (
    <AskDialog
      title={words.dialogTitle}
      description={
        <>
          <p>{words.destroyed}</p>
          <ul>
            {words.list.map((what) => (
              <li key={what}>{what}</li>
            ))}
          </ul>
          <p>{words.truth}</p>
        </>
      }
      onClose={onClose}
    >
      <form {...form.props} className={styles.form}>
        <TextField
          name="email"
          label={words.type(user.email)}
          autoComplete="off"
          problem={form.problems.email}
        />
        <FormProblem text={form.problems.form} />
        <AskActions>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <SubmitButton label={words.button} busy={form.busy} kind="danger" />
        </AskActions>
      </form>
      {dialog}
    </AskDialog>
  );
}
