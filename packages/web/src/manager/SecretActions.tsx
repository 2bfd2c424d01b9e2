import type { api } from "@portafilter/protocol";
import { useState } from "react";
import { secretMessages } from "../messages/secrets.ts";
import { AskActions, AskDialog } from "../view/AskDialog.tsx";
import styles from "./manager.module.css";
import { calls, useReload } from "./queries.ts";
import { SecretForm } from "./SecretForm.tsx";
import { Sending } from "./Sending.tsx";
import { useAction } from "./use-action.ts";

type Props = {
  readonly secret: Pick<api.SecretEntry, "id" | "name" | "damaged">;
  /** Says what was done; with an empty text, that something else begins. */
  readonly onDone: (words: string) => void;
  /** It is about to be deleted, and what shows it to go: perhaps before the answer, as the server tells of it. */
  readonly onRemove: () => void;
};

/** What can be done with a whole secret: another value, another name, and its end. A damaged one can only be deleted. */
export function SecretActions({ secret, onDone, onRemove }: Props) {
  const { value, changeForm, renameForm, remove } = secretMessages;
  const [open, setOpen] = useState<"change" | "rename" | "remove" | null>(null);
  const reload = useReload();
  const ask = (what: "change" | "rename" | "remove") => {
    onDone("");
    setOpen(what);
  };
  const close = () => {
    setOpen(null);
  };
  return (
    <div className={styles.actions}>
      {!secret.damaged && (
        <>
          <button
            type="button"
            onClick={() => {
              ask("change");
            }}
          >
            {value.change}
          </button>
          <button
            type="button"
            onClick={() => {
              ask("rename");
            }}
          >
            {renameForm.open}
          </button>
        </>
      )}
      <button
        type="button"
        className={styles.danger}
        onClick={() => {
          ask("remove");
        }}
      >
        {remove.open}
      </button>
      {open === "change" && (
        <SecretForm
          title={changeForm.title(secret.name)}
          text={changeForm.text}
          button={changeForm.button}
          asksName={false}
          asksValue
          onClose={close}
          submit={async (asked) => {
            await calls.change(secret.id, asked.value);
            close();
            onDone(changeForm.done(secret.name));
            await reload();
          }}
        />
      )}
      {open === "rename" && (
        <SecretForm
          title={renameForm.title(secret.name)}
          text={renameForm.text}
          button={renameForm.button}
          asksName
          asksValue={false}
          defaultName={secret.name}
          onClose={close}
          submit={async ({ name }) => {
            if (name !== secret.name) await calls.rename(secret.id, name);
            close();
            onDone(renameForm.done(name));
            await reload();
          }}
        />
      )}
      {open === "remove" && (
        <Remove
          secret={secret}
          onClose={close}
          remove={async () => {
            onRemove();
            await calls.remove(secret.id);
            close();
            onDone(remove.done(secret.name));
            await reload();
          }}
        />
      )}
    </div>
  );
}

type RemoveProps = {
  readonly secret: Props["secret"];
  readonly onClose: () => void;
  /** Deletes it, and closes the question. */
  readonly remove: () => Promise<void>;
};

function Remove({ secret, onClose, remove }: RemoveProps) {
  const words = secretMessages.remove;
  const { busy, problem, run } = useAction();
  const leave = () => {
    if (!busy) onClose();
  };
  return (
    <AskDialog title={words.title(secret.name)} description={<p>{words.text}</p>} onClose={leave}>
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <AskActions>
        {busy && <Sending />}
        <button type="button" aria-disabled={busy} onClick={leave}>
          {words.keep}
        </button>
        <button
          type="button"
          className="button-danger"
          aria-disabled={busy}
          aria-busy={busy}
          onClick={() => void run(remove)}
        >
          {words.button}
        </button>
      </AskActions>
    </AskDialog>
  );
}
