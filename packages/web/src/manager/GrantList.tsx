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
  const [seen, setSeen] = useState<ReadonlyMap<AppId, string | null>>(new Map());
  if (grants.some(({ app, loads }) => seen.get(app) !== loads))
    setSeen(new Map([...seen, ...grants.map(({ app, loads }) => [app, loads] as const)]));
  if (seen.size === 0) return <p className={styles.soft}>{words.none}</p>;
  return (
    <ul className={styles.plain}>
      {[...seen].map(([app, loads]) => (
        <GrantSwitch
          key={app}
          app={app}
          loads={loads}
          secret={secret}
          onDone={onDone}
          grant={grants.find((grant) => grant.app === app) ?? null}
        />
      ))}
    </ul>
  );
}
