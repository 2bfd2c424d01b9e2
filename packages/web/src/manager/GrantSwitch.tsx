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
  readonly secret: Pick<api.SecretEntry, "id" | "name">;
  /** Null when the app may not use it, or not any more. */
  readonly grant: api.Grant | null;
  /** Says what was done; with an empty text, that something else begins. */
  readonly onDone: (words: string) => void;
};

/** One app, and the switch that allows it to use a secret or takes that back. */
export function GrantSwitch({ app, secret, grant, onDone }: Props) {
  const words = secretMessages.grants;
  const name = useAppName(app);
  const reload = useReload();
  const { busy, problem, run } = useAction();
  const set = (allowed: boolean) =>
    run(async () => {
      onDone("");
      await (allowed ? calls.allow : calls.revoke)(app, secret.id);
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
        {problem !== null && (
          <span role="alert" className={styles.problem}>
            {problem}
          </span>
        )}
      </div>
      <Switch.Root
        checked={grant !== null}
        readOnly={busy}
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
