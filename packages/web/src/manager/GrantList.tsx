import type { AppId, api } from "@portafilter/protocol";
import { useState } from "react";
import { secretMessages } from "../messages/secrets.ts";
import { GrantSwitch } from "./GrantSwitch.tsx";
import styles from "./manager.module.css";

type Props = {
  readonly secret: Pick<api.SecretEntry, "id" | "name">;
  readonly grants: readonly api.Grant[];
  readonly onDone: (words: string) => void;
};

/** The apps that may use a secret. One that is revoked, or whose time is over, stays as long as this is looked at, to be allowed again. */
export function GrantList({ secret, grants, onDone }: Props) {
  const words = secretMessages.grants;
  const [seen, setSeen] = useState<readonly AppId[]>([]);
  const fresh = grants.map(({ app }) => app).filter((app) => !seen.includes(app));
  if (fresh.length > 0) setSeen([...seen, ...fresh]);
  if (seen.length === 0) return <p className={styles.soft}>{words.none}</p>;
  return (
    <ul className={styles.plain}>
      {seen.map((app) => (
        <GrantSwitch
          key={app}
          app={app}
          secret={secret}
          onDone={onDone}
          grant={grants.find((grant) => grant.app === app) ?? null}
        />
      ))}
    </ul>
  );
}
