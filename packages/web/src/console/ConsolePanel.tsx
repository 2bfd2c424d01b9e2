import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { CloseIcon } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import styles from "./ConsolePanel.module.css";
import type { ConsoleLog, LogEntry } from "./log.ts";

type Props = {
  readonly log: ConsoleLog;
  /** Messages of the app that were dropped. */
  readonly dropped: number;
  /** Messages of the app that were too many. */
  readonly excess: number;
  readonly onClose: () => void;
};

/** What the app printed, as plain text. It stays at the end while the visitor has scrolled there. Escape closes it. */
export function ConsolePanel({ log, dropped, excess, onClose }: Props) {
  const words = messages.console;
  const entries = useSyncExternalStore(log.subscribe, log.getEntries);
  const output = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const box = output.current;
    if (box !== null && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [entries]);
  return (
    <section
      className={styles.panel}
      aria-label={words.title}
      onKeyDown={({ key }) => {
        if (key === "Escape") onClose();
      }}
    >
      <header className={styles.header}>
        <h2>{words.title}</h2>
        <CopyButton entries={entries} />
        <button
          type="button"
          onClick={() => {
            log.clear();
          }}
        >
          {words.clear}
        </button>
        <button type="button" className={styles.close} aria-label={words.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      <div
        ref={output}
        className={styles.output}
        role="log"
        aria-live="off"
        aria-label={words.output}
        tabIndex={0}
        onScroll={({ currentTarget: box }) => {
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
        }}
      >
        {entries.length === 0 && <p className={styles.quiet}>{words.empty}</p>}
        {entries.map((entry) => (
          <div key={entry.key} className={styles.entry} data-stream={entry.stream}>
            <span className={styles.stream}>{words.streams[entry.stream]}</span>
            <pre>{entry.text.replace(/\n$/, "")}</pre>
          </div>
        ))}
      </div>
      {dropped > 0 && <p className={styles.dropped}>{words.dropped(dropped)}</p>}
      {excess > 0 && <p className={styles.dropped}>{words.excess(excess)}</p>}
    </section>
  );
}

function CopyButton({ entries }: { readonly entries: readonly LogEntry[] }) {
  const words = messages.console;
  const [label, setLabel] = useState<string>(words.copy);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(entries.map((entry) => entry.text).join("\n"));
      setLabel(words.copied);
    } catch {
      setLabel(words.copyFailed);
    }
  };
  return (
    <button
      type="button"
      onClick={() => void copy()}
      onBlur={() => {
        setLabel(words.copy);
      }}
    >
      {label}
    </button>
  );
}
