import { useEffect, useRef, useState } from "react";
import { accountMessages } from "../../messages/account.ts";
import { Ago } from "../../text/Ago.tsx";
import { agoInWords } from "../../text/time.ts";
import { AskChoice } from "../../view/AskChoice.tsx";
import { giveFocus } from "../../view/give-focus.ts";
import { pageAccount } from "../page-account.ts";
import { calls } from "../page-calls.ts";
import { addPasskey, passkeysWork } from "../passkey.ts";
import type { Confirmed } from "./confirmed.ts";
import { passkeysInOrder } from "./in-order.ts";
import { ListBody } from "./ListBody.tsx";
import { OutcomeLine } from "./OutcomeLine.tsx";
import styles from "./Section.module.css";
import { Section } from "./Section.tsx";
import { useAction } from "./use-action.ts";
import { useList, useRefreshed } from "./use-list.ts";

const words = accountMessages.passkeys;

type Props = { readonly confirmed: Confirmed };

/** The passkey whose end is asked about. */
type Leaving = { readonly id: string; readonly name: string; readonly createdAt: string };

/** The passkeys of the account: listed, added, removed. */
export function PasskeysSection({ confirmed }: Props) {
  const list = useList("passkeys", calls.passkeys);
  const refreshed = useRefreshed();
  const { busy, outcome, setOutcome, run } = useAction();
  const heading = useRef<HTMLHeadingElement>(null);
  const supported = useSupport();
  const [leaving, setLeaving] = useState<Leaving | null>(null);

  const change = (key: string, act: () => Promise<void>, done: string) => {
    run(key, async () => {
      if ((await confirmed(() => act().then(() => true))) === null) return null;
      setOutcome({ kind: "done", text: done });
      await Promise.all([refreshed("passkeys"), pageAccount().refresh()]);
      // The button that was pressed goes with its passkey.
      if (key !== "add") giveFocus(heading.current);
      return done;
    });
  };
  return (
    <Section title={words.title} lead={words.lead} heading={heading}>
      <ListBody list={list}>
        {({ passkeys }) =>
          passkeys.length === 0 ? (
            <p className={styles.quiet}>{words.empty}</p>
          ) : (
            <ul className={styles.list}>
              {passkeysInOrder(passkeys).map(({ id, name, createdAt }) => (
                <li key={id}>
                  <div className={styles.what}>
                    <strong>{name}</strong>
                    <span>
                      {words.created} <Ago at={createdAt} />
                    </span>
                  </div>
                  <button
                    type="button"
                    aria-label={words.removeLabel(name, agoInWords(createdAt))}
                    aria-disabled={busy !== null}
                    onClick={() => {
                      if (busy === null) setLeaving({ id, name, createdAt });
                    }}
                  >
                    {words.remove}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </ListBody>
      {supported === false ? (
        <p className={styles.quiet}>{words.unsupported}</p>
      ) : (
        <div>
          <button
            type="button"
            aria-disabled={busy !== null}
            onClick={() => {
              change("add", () => addPasskey(calls), words.added);
            }}
          >
            {words.add}
          </button>
        </div>
      )}
      <OutcomeLine outcome={outcome} />
      {leaving !== null && (
        <AskChoice
          title={words.removal.title(leaving.name)}
          text={words.removal.text(agoInWords(leaving.createdAt))}
          keep={words.removal.keep}
          button={words.removal.button}
          kind="danger"
          onClose={() => {
            setLeaving(null);
          }}
          onConfirm={() => {
            setLeaving(null);
            change(leaving.id, () => calls.removePasskey(leaving.id), words.removed);
          }}
        />
      )}
    </Section>
  );
}

/** Whether this browser has passkeys here; null until that is known. */
function useSupport(): boolean | null {
  const [supported, setSupported] = useState<boolean | null>(null);
  useEffect(() => {
    let gone = false;
    const tell = (works: boolean) => {
      if (!gone) setSupported(works);
    };
    passkeysWork().then(tell, () => {
      tell(false);
    });
    return () => {
      gone = true;
    };
  }, []);
  return supported;
}
