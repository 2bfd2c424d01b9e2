import { useState } from "react";
import { FormProblem } from "../../account/form/FormEnd.tsx";
import { keepOutcome } from "../../account/outcome.ts";
import { calls } from "../../account/page-calls.ts";
import { signInByPasskey } from "../../account/passkey.ts";
import { wordsOf } from "../../account/problem-words.ts";
import { keepThen } from "../../account/then.ts";
import { useAccount } from "../../account/use-account.ts";
import { accountMessages } from "../../messages/account.ts";
import styles from "./FormPage.module.css";

const words = accountMessages.signIn;

type Props = { readonly then: string | null; readonly onSignedIn: () => void };

/** Signing in without a password: passkeys, and whom this server trusts to say who somebody is. */
export function OtherWays({ then, onSignedIn }: Props) {
  const account = useAccount();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const providers = account.status === "signed-out" ? account.offers.providers : [];

  const go = (way: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    way().catch((error: unknown) => {
      setProblem(wordsOf(error));
      setBusy(false);
    });
  };
  const byPasskey = async () => {
    await signInByPasskey(calls);
    onSignedIn();
  };
  const byProvider = async (id: string) => {
    const { url } = await calls.startOidc(id);
    keepThen(then);
    keepOutcome("provider");
    location.assign(webAddress(url));
  };
  return (
    <div className={styles.others}>
      <div className={styles.or}>{words.or}</div>
      <button
        type="button"
        aria-disabled={busy}
        onClick={() => {
          go(byPasskey);
        }}
      >
        {words.passkey}
      </button>
      {providers.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          aria-disabled={busy}
          onClick={() => {
            go(() => byProvider(id));
          }}
        >
          {words.provider(name)}
        </button>
      ))}
      <FormProblem text={problem} />
    </div>
  );
}

/** Only the web: an answer that names a script or a file is not followed. */
function webAddress(url: string): string {
  const { protocol, href } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") throw new Error("no address of the web");
  return href;
}
