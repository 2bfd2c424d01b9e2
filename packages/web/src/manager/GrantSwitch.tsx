import { Switch } from "@base-ui/react/switch";
import type { AppId, api } from "@portafilter/protocol";
import { secretMessages } from "../messages/secrets.ts";
import { Ago } from "../text/Ago.tsx";
import { fullTime } from "../text/time.ts";
import { useAppName } from "./app-name.ts";
import styles from "./manager.module.css";
import { calls, useReload } from "./queries.ts";
import { useAction } from "./use-action.ts";

type Props = {
  readonly app: AppId;
  /** What it must have loaded; null where it was allowed before that counted: it cannot be allowed here. */
  readonly loads: string | null;
  readonly secret: Pick<api.SecretEntry, "id" | "name">;
  /** Null when the app may not use it, or not any more. */
  readonly grant: api.Grant | null;
  /** Says what was done; with an empty text, that something else begins. */
  readonly onDone: (words: string) => void;
};

/** One app, and the switch that allows it to use a secret or takes that back. */
export function GrantSwitch({ app, loads, secret, grant, onDone }: Props) {
  const words = secretMessages.grants;
  const name = useAppName(app);
  const reload = useReload();
  const { busy, problem, run } = useAction();
  const set = (allowed: boolean) =>
    run(async () => {
      onDone("");
      if (!allowed) await calls.revoke(app, secret.id);
      else if (loads !== null) await calls.allow(app, loads, secret.id);
      onDone((allowed ? words.allowed : words.revoked)(secret.name, name));
      await reload();
    });
  return (
    <li className={styles.grant}>
      <div>
        <span>{name}</span>
        <span className={styles.soft}>
          {grant === null ? words.off : <Standing grant={grant} />}
        </span>
        {loads === null && <span className={styles.soft}>{words.old}</span>}
        {problem !== null && (
          <span role="alert" className={styles.problem}>
            {problem}
          </span>
        )}
      </div>
      <Switch.Root
        checked={grant !== null}
        readOnly={busy || (grant === null && loads === null)}
        aria-busy={busy}
        onCheckedChange={(allowed) => void set(allowed)}
        aria-label={words.label(secret.name, name)}
        className={styles.switch}
      >
        <Switch.Thumb className={styles.thumb} />
      </Switch.Root>
    </li>
  );
}

function Standing({ grant }: { readonly grant: api.Grant }) {
  const words = secretMessages;
  return (
    <>
      {grant.until === null ? (
        <>
          {words.grants.since}
          <Ago at={grant.createdAt} />
        </>
      ) : (
        words.grants.until(fullTime(grant.until))
      )}
      {" · "}
      {grant.lastUsedAt === null ? (
        words.never
      ) : (
        <>
          {words.lastUsed}
          <Ago at={grant.lastUsedAt} />
        </>
      )}
    </>
  );
}
