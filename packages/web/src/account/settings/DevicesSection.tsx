import { useRef } from "react";
import { accountMessages } from "../../messages/account.ts";
import { Ago } from "../../text/Ago.tsx";
import { agoInWords } from "../../text/time.ts";
import { giveFocus } from "../../view/give-focus.ts";
import { calls } from "../page-calls.ts";
import type { Confirmed } from "./confirmed.ts";
import { devicesInOrder } from "./in-order.ts";
import { ListBody } from "./ListBody.tsx";
import { OutcomeLine } from "./OutcomeLine.tsx";
import styles from "./Section.module.css";
import { Section } from "./Section.tsx";
import { useAction } from "./use-action.ts";
import { useList, useRefreshed } from "./use-list.ts";

const words = accountMessages.devices;

type Props = { readonly confirmed: Confirmed };

/** Where one is signed in; each of them can be ended, and all others at once. */
export function DevicesSection({ confirmed }: Props) {
  const list = useList("devices", calls.devices);
  const refreshed = useRefreshed();
  const { busy, outcome, setOutcome, run } = useAction();
  const heading = useRef<HTMLHeadingElement>(null);

  const end = (key: string, act: () => Promise<void>, done: string) => {
    run(key, async () => {
      if ((await confirmed(() => act().then(() => true))) === null) return null;
      setOutcome({ kind: "done", text: done });
      await refreshed("devices");
      // The button that was pressed goes.
      giveFocus(heading.current);
      return done;
    });
  };
  return (
    <Section title={words.title} lead={words.lead} heading={heading}>
      <ListBody list={list}>
        {({ devices }) => (
          <>
            <ul className={styles.list}>
              {devicesInOrder(devices).map(({ id, device, lastSeenAt, current }) => {
                const name = device === "" ? words.unknown : device;
                return (
                  <li key={id}>
                    <div className={styles.what}>
                      <strong>
                        {name}
                        {current && <span className={styles.tag}>{words.current}</span>}
                      </strong>
                      {current ? (
                        <span>{words.now}</span>
                      ) : (
                        <span>
                          {words.lastSeen} <Ago at={lastSeenAt} />
                        </span>
                      )}
                    </div>
                    {!current && (
                      <button
                        type="button"
                        aria-label={words.endLabel(name, agoInWords(lastSeenAt))}
                        aria-disabled={busy !== null}
                        onClick={() => {
                          end(id, () => calls.endDevice(id), words.ended);
                        }}
                      >
                        {words.end}
                      </button>
                    )}
                  </li>
                );
              })}
            </ul>
            {devices.length > 1 && (
              <div>
                <button
                  type="button"
                  aria-disabled={busy !== null}
                  onClick={() => {
                    end("others", calls.endOtherDevices, words.othersEnded);
                  }}
                >
                  {words.endOthers}
                </button>
              </div>
            )}
          </>
        )}
      </ListBody>
      <OutcomeLine outcome={outcome} />
    </Section>
  );
}
