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
  const bar = useRef<HTMLElement>(null);
  const pressed = useNextFocus(broker, () => {
    if (bar.current === null) run.focusApp();
    else bar.current.querySelector("button")?.focus();
  });
  const notice = noticeOf(broker);
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
      {notice.kind === "askable" && button(words.runAgain, run.reloadApp)}
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

type Notice = { readonly kind: "unavailable" | "denied" | "askable"; readonly text: string };

function noticeOf({ unavailable, denied, refusing, askable }: BrokerState): Notice | null {
  const words = messages.notices;
  if (unavailable !== null) return { kind: "unavailable", text: words.unavailable[unavailable] };
  if (denied.length > 0)
    return { kind: "denied", text: refusing ? words.refusing : words.denied(denied) };
  return askable.length > 0 ? { kind: "askable", text: words.askable(askable) } : null;
}
