import { useRef } from "react";
import type { Broker } from "../broker/broker.ts";
import type { BrokerState } from "../broker/state.ts";
import type { Run } from "../frame/run.ts";
import { CloseIcon } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import styles from "./Notices.module.css";
import { useNextFocus } from "./use-next-focus.ts";

type Props = {
  readonly broker: BrokerState;
  readonly run: Pick<Broker, "askAgain" | "closeNotice"> & Pick<Run, "reloadApp" | "focusApp">;
};

/** The bar that says what was denied, or why a secret did not reach the app. At most one at a time. */
export function Notices({ broker, run }: Props) {
  const words = messages.notices;
  const notice = noticeOf(broker);
  const bar = useRef<HTMLElement>(null);
  const pressed = useNextFocus(notice?.text, () => {
    if (bar.current === null) run.focusApp();
    else bar.current.querySelector("button")?.focus({ preventScroll: true });
  });
  if (notice === null) return null;
  const button = (name: string, act: () => void) => (
    <button
      type="button"
      onClick={() => {
        pressed();
        act();
      }}
    >
      {name}
    </button>
  );
  return (
    <section ref={bar} className={styles.bar} aria-label={words.label}>
      <p role="status">{notice.text}</p>
      {notice.kind === "denied" && button(words.askAgain, run.askAgain)}
      {notice.runsAgain && button(words.runAgain, run.reloadApp)}
      {notice.kind !== "denied" && (
        <button
          type="button"
          aria-label={words.close}
          onClick={() => {
            pressed();
            run.closeNotice();
          }}
        >
          <CloseIcon />
        </button>
      )}
    </section>
  );
}

type Notice = {
  readonly kind: "unavailable" | "denied" | "askable";
  readonly text: string;
  /** Whether running the app again may help. A tab's storage will not do better for another try. */
  readonly runsAgain: boolean;
};

function noticeOf({ unavailable, denied, refusing, askable }: BrokerState): Notice | null {
  const words = messages.notices;
  if (unavailable !== null) {
    const text = words.unavailable[unavailable];
    return { kind: "unavailable", text, runsAgain: unavailable === "account" };
  }
  if (denied.length > 0) {
    const text = refusing ? words.refusing : words.denied(denied);
    return { kind: "denied", text, runsAgain: false };
  }
  if (askable.length === 0) return null;
  return { kind: "askable", text: words.askable(askable), runsAgain: true };
}
