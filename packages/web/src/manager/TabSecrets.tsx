import type { AppId } from "@portafilter/protocol";
import { useEffect, useRef, useState } from "react";
import { secretMessages } from "../messages/secrets.ts";
import type { SessionStore, TabEntry } from "../session/store.ts";
import { byName } from "../text/by-name.ts";
import { AskChoice } from "../view/AskChoice.tsx";
import { giveFocus } from "../view/give-focus.ts";
import { useAppName } from "./app-name.ts";
import styles from "./manager.module.css";
import { Outcome } from "./Outcome.tsx";

type Props = { readonly session: Pick<SessionStore, "entries" | "revoke" | "remove"> };

/** The names of what this tab keeps for who is not signed in, and the ways to take it back. */
export function TabSecrets({ session }: Props) {
  const { tab: words, grants, remove } = secretMessages;
  const [entries, setEntries] = useState(session.entries);
  const [outcome, setOutcome] = useState({ text: "", failed: false });
  /** The name of the one whose end is asked about. */
  const [removing, setRemoving] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const act = (change: () => boolean, done: string) => {
    const isDone = change();
    setOutcome({ text: isDone ? done : words.failed, failed: !isDone });
    if (isDone) setEntries(session.entries());
  };
  // The button that was pressed goes with what it took back.
  const before = useRef(entries);
  useEffect(() => {
    if (before.current !== entries) giveFocus(heading.current);
    before.current = entries;
  }, [entries]);
  return (
    <section aria-labelledby="tab-secrets">
      <h2 id="tab-secrets" ref={heading} tabIndex={-1}>
        {words.list}
      </h2>
      <Outcome {...outcome} />
      {entries.length === 0 ? (
        <p className={styles.empty}>{words.empty}</p>
      ) : (
        <ul className={styles.secrets}>
          {entries.toSorted(byName).map((entry) => (
            <TabRow
              key={entry.name}
              entry={entry}
              onRevoke={(app, appName) => {
                const done = grants.revoked(entry.name, appName);
                act(() => session.revoke(app, entry.name), done);
              }}
              onRemove={() => {
                setOutcome({ text: "", failed: false });
                setRemoving(entry.name);
              }}
            />
          ))}
        </ul>
      )}
      {removing !== null && (
        <AskChoice
          title={remove.title(removing)}
          text={words.removeText}
          keep={remove.keep}
          button={remove.button}
          kind="danger"
          onClose={() => {
            setRemoving(null);
          }}
          onConfirm={() => {
            setRemoving(null);
            act(() => session.remove(removing), remove.done(removing));
          }}
        />
      )}
    </section>
  );
}

type RowProps = {
  readonly entry: TabEntry;
  readonly onRevoke: (app: AppId, appName: string) => void;
  readonly onRemove: () => void;
};

function TabRow({ entry, onRevoke, onRemove }: RowProps) {
  const words = secretMessages.tab;
  return (
    <li className={styles.tabSecret}>
      <div className={styles.heading}>
        <h3 className={styles.name}>{entry.name}</h3>
        <button
          type="button"
          className={styles.danger}
          aria-label={words.removeLabel(entry.name)}
          onClick={onRemove}
        >
          {words.remove}
        </button>
      </div>
      {entry.apps.length === 0 ? (
        <p className={styles.soft}>{words.noApps}</p>
      ) : (
        <ul className={styles.plain}>
          {entry.apps.map((app) => (
            <TabGrant
              key={app}
              app={app}
              name={entry.name}
              onRevoke={(appName) => {
                onRevoke(app, appName);
              }}
            />
          ))}
        </ul>
      )}
    </li>
  );
}

type GrantProps = {
  readonly app: AppId;
  readonly name: string;
  readonly onRevoke: (appName: string) => void;
};

function TabGrant({ app, name, onRevoke }: GrantProps) {
  const words = secretMessages.tab;
  const appName = useAppName(app);
  return (
    <li className={styles.grant}>
      <span>{words.allowed(appName)}</span>
      <button
        type="button"
        aria-label={words.revokeLabel(name, appName)}
        onClick={() => {
          onRevoke(appName);
        }}
      >
        {words.revoke}
      </button>
    </li>
  );
}
