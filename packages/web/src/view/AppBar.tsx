import type { RefObject } from "react";
import { Link } from "wouter";
import { AccountCorner } from "../account/menu/AccountCorner.tsx";
import type { Provenance } from "../app/provenance.ts";
import { Mark } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import styles from "./AppBar.module.css";

type Props = {
  readonly who: Provenance;
  readonly asked: readonly string[];
  readonly consoleOpen: boolean;
  /** The button that opens and closes the console. */
  readonly consoleButton: RefObject<HTMLButtonElement | null>;
  readonly onConsole: () => void;
  readonly onRestart: () => void;
};

/** The 44 px that are ours above every app. */
export function AppBar(props: Props) {
  const { who, asked, consoleOpen, consoleButton, onConsole, onRestart } = props;
  const words = messages.app;
  return (
    <header className={styles.bar}>
      <Link href="/" aria-label={words.home} className={styles.home}>
        <Mark />
      </Link>
      <div className={styles.about}>
        <h1 className={styles.name}>
          <span>{who.name}</span>
          {who.shortId !== undefined && <span className={styles.id}> {who.shortId}</span>}
        </h1>
        <span className={styles.owner}>
          {who.owner === null ? words.fromLink : words.by(who.owner)}
        </span>
        {asked.length > 0 && <span className={styles.asks}>{words.asksFor(asked)}</span>}
      </div>
      <button ref={consoleButton} type="button" aria-expanded={consoleOpen} onClick={onConsole}>
        {words.console}
      </button>
      <button type="button" onClick={onRestart}>
        {words.restart}
      </button>
      <AccountCorner inApp />
    </header>
  );
}
