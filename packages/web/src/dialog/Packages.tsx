import type { Loads } from "@portafilter/protocol";
import { type LoadsChange, loadsChanges } from "../app/loads-change.ts";
import type { Prompt } from "../broker/state.ts";
import { messages } from "../messages/index.ts";
import styles from "./Packages.module.css";

/** Lines of the difference that are shown: more would push the asker out of sight. */
const mostChanges = 5;

type Listed = Pick<Prompt, "loads" | "atStart" | "changed">;

/**
 * What the app loads from outside the lock, and how that differs from what was allowed. What the runtime told
 * before anything of the app ran comes first; the rest is marked as the app's own word.
 */
export function Packages({ loads, atStart, changed }: Listed) {
  return (
    <>
      {changed !== null && <Changes before={changed.before} atStart={atStart} now={loads} />}
      {loads.length > 0 && <All loads={loads} />}
    </>
  );
}

type Compared = {
  readonly before: Loads | null;
  readonly atStart: Loads;
  readonly now: Loads;
};

function Changes({ before, atStart, now }: Compared) {
  const words = messages.secret.packages;
  if (before === null) return <p>{words.others}</p>;
  const changes = loadsChanges(before, atStart, now);
  const rest = changes.length - mostChanges;
  return (
    <div>
      <p>{words.changed}</p>
      <ul className={styles.list}>
        {changes.slice(0, mostChanges).map((change) => {
          const text = lineOf(change);
          return <li key={text}>{text}</li>;
        })}
        {rest > 0 && <li>{words.more(rest)}</li>}
      </ul>
    </div>
  );
}

function lineOf(change: LoadsChange): string {
  const words = messages.secret.packages;
  if (change.type !== "changed") return words[change.type](change.item.name, change.item.version);
  const { from, to } = change;
  return from.version === to.version
    ? words.exchanged(from.name, from.version)
    : words.updated(from.name, from.version, to.version);
}

function All({ loads }: { readonly loads: Loads }) {
  const words = messages.secret.packages;
  return (
    <details className={styles.all}>
      <summary>{words.count(loads.length)}</summary>
      <ul className={styles.list}>
        {loads.map(({ name, version, sha256 }) => (
          <li key={`${name} ${version} ${sha256}`}>
            {name} {version} <code>{sha256.slice(0, 12)}…</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
