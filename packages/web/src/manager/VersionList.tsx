import type { api } from "@portafilter/protocol";
import { secretMessages } from "../messages/secrets.ts";
import { Ago } from "../text/Ago.tsx";
import { ListProblem } from "../view/ListProblem.tsx";
import styles from "./manager.module.css";
import { calls, useReload, useVersions } from "./queries.ts";
import { RevealValue } from "./RevealValue.tsx";
import { useAction } from "./use-action.ts";

type Props = {
  readonly secret: Pick<api.SecretEntry, "id" | "name" | "version">;
  readonly onDone: (words: string) => void;
};

/** The versions of a secret that are kept; an earlier one can be seen, and restored. */
export function VersionList({ secret, onDone }: Props) {
  const words = secretMessages.history;
  const list = useVersions(secret.id);
  const { data, failure } = list;
  if (data === undefined && failure === null) return <p role="status">{words.loading}</p>;
  return (
    <>
      <ListProblem list={list} failed={words.failed} />
      <ol className={styles.plain}>
        {data?.map(({ version, createdAt }) => (
          <li key={version} className={styles.version}>
            <div>
              <span>{words.version(version)}</span>{" "}
              <span className={styles.soft}>
                {version === secret.version && `${words.current} · `}
                <Ago at={createdAt} />
              </span>
            </div>
            {version !== secret.version && (
              <Earlier secret={secret} version={version} onDone={onDone} />
            )}
          </li>
        ))}
      </ol>
      {(data?.at(-1)?.version ?? 1) > 1 && <p className={styles.soft}>{words.rest}</p>}
    </>
  );
}

function Earlier({ secret, version, onDone }: Props & { readonly version: number }) {
  const words = secretMessages.history;
  const reload = useReload();
  const { busy, problem, run } = useAction();
  const restore = () =>
    run(async () => {
      onDone("");
      await calls.restore(secret.id, version);
      onDone(words.restored(secret.name, version));
      await reload();
    });
  return (
    <>
      <RevealValue id={secret.id} name={secret.name} version={version} />
      <button
        type="button"
        aria-disabled={busy}
        aria-busy={busy}
        aria-label={words.restoreLabel(version)}
        onClick={() => void restore()}
      >
        {words.restore}
      </button>
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
    </>
  );
}
