import { useEffect, useState } from "react";
import { codeOf } from "../../api/api-error.ts";
import { accountMessages } from "../../messages/account.ts";
import { AskActions, AskDialog } from "../../view/AskDialog.tsx";
import { onlyProblems, passwordProblem } from "../form/check.ts";
import { FormProblem, SubmitButton } from "../form/FormEnd.tsx";
import styles from "../form/form.module.css";
import { PasswordField } from "../form/PasswordField.tsx";
import { UsernameHint } from "../form/UsernameHint.tsx";
import { useForm } from "../form/use-form.ts";
import { pageAccount } from "../page-account.ts";
import { calls } from "../page-calls.ts";
import { signInByPasskey } from "../passkey.ts";
import { wordsOf } from "../problem-words.ts";
import { useAccount } from "../use-account.ts";

type Props = {
  /** The id of who is to confirm. */
  readonly user: string;
  readonly onConfirmed: () => void;
  readonly onCancel: () => void;
};

/**
 * Asks for the password or a passkey, so that the sign-in is fresh again. Where that made it another
 * account's, or another tab did, the question is given up.
 */
export function ConfirmIdentity({ user, onConfirmed, onCancel }: Props) {
  const account = useAccount();
  const words = accountMessages.confirm;
  const [busy, setBusy] = useState(false);
  const [passkeyProblem, setPasskeyProblem] = useState<string>();
  const form = useForm({
    fields: ["password"],
    check: ({ password }) => onlyProblems({ password: passwordProblem(password) }),
    async submit({ password }) {
      setPasskeyProblem(undefined);
      await calls.confirm({ password });
      await settle();
    },
    explain: (error) =>
      codeOf(error) === "wrong_credentials"
        ? { password: accountMessages.password.wrong }
        : { form: wordsOf(error) },
  });
  /** The server is asked: what this page knows may be older than the confirmation. */
  const settle = async () => {
    const now = await calls.session();
    if (now.user?.id === user) {
      onConfirmed();
      return;
    }
    onCancel();
    void pageAccount().refresh();
  };
  const isMine = account.status === "signed-in" && account.user.id === user;
  const isOver = !isMine && account.status !== "loading";
  useEffect(() => {
    // Signed out meanwhile, or somebody else: there is nothing left to confirm.
    if (isOver) onCancel();
  }, [isOver, onCancel]);
  if (!isMine) return null;

  const byPasskey = async () => {
    setBusy(true);
    setPasskeyProblem(undefined);
    try {
      await signInByPasskey(calls);
      // Another passkey may have made it another account.
      await pageAccount().signedIn();
      await settle();
    } catch (error) {
      setPasskeyProblem(wordsOf(error));
      setBusy(false);
    }
  };
  const { hasPassword, passkeys, email } = account.user;
  const problem = passkeyProblem ?? form.problems.form;
  const passkeyButton = passkeys > 0 && (
    <button
      type="button"
      className={hasPassword ? undefined : "button-primary"}
      aria-disabled={busy}
      onClick={() => {
        if (!busy) void byPasskey();
      }}
    >
      {words.passkey}
    </button>
  );
  const cancel = (
    <button type="button" onClick={onCancel}>
      {words.cancel}
    </button>
  );
  return (
    <AskDialog
      title={words.title}
      description={<p>{hasPassword || passkeys > 0 ? words.text : words.noWay}</p>}
      onClose={onCancel}
    >
      {hasPassword ? (
        <form {...form.props} className={styles.form}>
          <UsernameHint email={email} />
          <PasswordField
            name="password"
            label={accountMessages.form.password}
            autoComplete="current-password"
            problem={form.problems.password}
          />
          <FormProblem text={problem} />
          <AskActions>
            {cancel}
            {passkeyButton}
            <SubmitButton label={words.button} busy={form.busy} />
          </AskActions>
        </form>
      ) : (
        <>
          <FormProblem text={problem} />
          <AskActions>
            {cancel}
            {passkeyButton}
          </AskActions>
        </>
      )}
    </AskDialog>
  );
}
