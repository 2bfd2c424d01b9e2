import { useEffect, useRef, useState } from "react";
import { secretMessages } from "../messages/secrets.ts";
import { giveFocus } from "../view/give-focus.ts";
import { ListProblem } from "../view/ListProblem.tsx";
import styles from "./manager.module.css";
import { Outcome } from "./Outcome.tsx";
import { calls, useReload, useSecrets } from "./queries.ts";
import { SecretForm } from "./SecretForm.tsx";
import { SecretRow } from "./SecretRow.tsx";

/** The account's secrets, and the way to add one. */
export function SecretList() {
  const words = secretMessages;
  const list = useSecrets();
  const { data, failure } = list;
  const reload = useReload();
  const [adding, setAdding] = useState(false);
  const [done, setDone] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  /** The id of a secret whose row is about to go, and with it what has the keyboard. */
  const removed = useRef<string | null>(null);
  useEffect(() => {
    if (removed.current === null || data?.some(({ id }) => id === removed.current)) return;
    removed.current = null;
    giveFocus(heading.current);
  }, [data]);
  return (
    <section aria-labelledby="secrets">
      <div className={styles.heading}>
        <h2 id="secrets" ref={heading} tabIndex={-1}>
          {words.list}
        </h2>
        <button
          type="button"
          className="button-primary"
          onClick={() => {
            setDone("");
            setAdding(true);
          }}
        >
          {words.add}
        </button>
      </div>
      <Outcome text={done} />
      <ListProblem list={list} failed={words.failed} />
      {data === undefined ? (
        failure === null && (
          <p role="status" className={styles.soft}>
            {words.loading}
          </p>
        )
      ) : data.length === 0 ? (
        <p className={styles.empty}>{words.empty}</p>
      ) : (
        <ul className={styles.secrets}>
          {data.map((secret) => (
            <SecretRow
              key={secret.id}
              secret={secret}
              onDone={setDone}
              onRemove={() => {
                removed.current = secret.id;
              }}
            />
          ))}
        </ul>
      )}
      {adding && (
        <SecretForm
          title={words.addForm.title}
          text={words.addForm.text}
          button={words.addForm.button}
          asksName
          asksValue
          onClose={() => {
            setAdding(false);
          }}
          submit={async ({ name, value }) => {
            await calls.add(name, value);
            setAdding(false);
            setDone(words.addForm.done(name));
            await reload();
          }}
        />
      )}
    </section>
  );
}
