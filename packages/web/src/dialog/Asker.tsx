import type { Provenance } from "../app/provenance.ts";
import { messages } from "../messages/index.ts";
import styles from "./SecretDialog.module.css";

/** Which app of which owner asks, in the platform's words. */
export function Asker({ id, who }: { readonly id: string; readonly who: Provenance }) {
  const { asksBy, asksUnknown } = messages.secret;
  if (who.owner === null)
    return (
      <div data-seen>
        <p id={id}>{asksUnknown}</p>
        {who.shortId !== undefined && (
          <p className={styles.shortId}>
            {who.name} {who.shortId}
          </p>
        )}
      </div>
    );
  return (
    <p id={id} data-seen>
      {asksBy.open}
      <bdi>{who.name}</bdi>
      {asksBy.close}
      <bdi>{who.owner}</bdi>
      {asksBy.end}
    </p>
  );
}
