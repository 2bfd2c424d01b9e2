import type { api } from "@portafilter/protocol";
import { useId, useState } from "react";
import { ChevronIcon } from "../icons/icons.tsx";
import { secretMessages } from "../messages/secrets.ts";
import { Ago } from "../text/Ago.tsx";
import { GrantList } from "./GrantList.tsx";
import styles from "./manager.module.css";
import { RevealValue } from "./RevealValue.tsx";
import { SecretActions } from "./SecretActions.tsx";
import { useStandingGrants } from "./standing-grants.ts";
import { VersionList } from "./VersionList.tsx";

type Props = {
  readonly secret: api.SecretEntry;
  /** Says what was done; with an empty text, that something else begins. */
  readonly onDone: (words: string) => void;
  /** It is about to be deleted, and its row to go. */
  readonly onRemove: () => void;
};

/** One secret: a line that says what it is, and below it, when opened, all that can be done with it. */
export function SecretRow({ secret, onDone, onRemove }: Props) {
  const words = secretMessages;
  const id = useId();
  const [open, setOpen] = useState(false);
  const grants = useStandingGrants(secret.grants);
  return (
    <li className={styles.secret}>
      <div className={styles.summary}>
        <h3>
          <button
            type="button"
            aria-expanded={open}
            aria-controls={id}
            className={styles.open}
            onClick={() => {
              setOpen(!open);
            }}
          >
            <ChevronIcon />
            <span className={styles.name}>{secret.name}</span>
          </button>
        </h3>
        <span>
          {secret.damaged ? (
            <span className={styles.problem}>{words.isDamaged}</span>
          ) : secret.lastUsedAt === null ? (
            words.never
          ) : (
            <>
              {words.lastUsed}
              <Ago at={secret.lastUsedAt} />
            </>
          )}
        </span>
        <span>{words.versions(secret.versions)}</span>
        <span>{words.apps(grants.length)}</span>
      </div>
      <div id={id} hidden={!open} className={styles.details}>
        {open && secret.damaged && (
          <>
            <p className={styles.problem}>{words.damaged}</p>
            <SecretActions secret={secret} onDone={onDone} onRemove={onRemove} />
          </>
        )}
        {open && !secret.damaged && (
          <>
            <section aria-label={words.value.title}>
              <h4>{words.value.title}</h4>
              {/* A value that is shown goes when it is no longer the one in use. */}
              <RevealValue key={secret.version} id={secret.id} name={secret.name} />
            </section>
            <section aria-label={words.grants.title}>
              <h4>{words.grants.title}</h4>
              <GrantList secret={secret} grants={grants} onDone={onDone} />
            </section>
            <Versions secret={secret} onDone={onDone} />
            <SecretActions secret={secret} onDone={onDone} onRemove={onRemove} />
          </>
        )}
      </div>
    </li>
  );
}

function Versions({ secret, onDone }: Omit<Props, "onRemove">) {
  const words = secretMessages.history;
  const [open, setOpen] = useState(false);
  return (
    <section aria-label={words.title}>
      <h4 tabIndex={-1}>{words.title}</h4>
      {open && <VersionList secret={secret} onDone={onDone} />}
      {/* It stays, so that it keeps the keyboard. */}
      <button
        type="button"
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? words.hide : words.show}
      </button>
    </section>
  );
}
