import type { Broker } from "../broker/broker.ts";
import type { BrokerState } from "../broker/state.ts";
import type { Run } from "../frame/run.ts";
import { CloseIcon } from "../icons/icons.tsx";
import { messages } from "../messages/index.ts";
import styles from "./Notices.module.css";

type Props = {
  readonly broker: BrokerState;
  readonly run: Pick<Broker, "askAgain" | "closeNotice"> & Pick<Run, "reloadApp">;
};

/** The bar that says what was denied, or why a secret did not reach the app. At most one at a time. */
export function Notices({ broker, run }: Props) {
  const words = messages.notices;
  if (broker.unavailable !== null)
    return (
      <Bar text={words.unavailable[broker.unavailable]}>
        <CloseButton run={run} />
      </Bar>
    );
  if (broker.denied.length > 0)
    return (
      <Bar text={broker.refusing ? words.refusing : words.denied(broker.denied)}>
        <button type="button" onClick={run.askAgain}>
          {words.askAgain}
        </button>
      </Bar>
    );
  if (broker.askable.length > 0)
    return (
      <Bar text={words.askable(broker.askable)}>
        <button type="button" onClick={run.reloadApp}>
          {words.runAgain}
        </button>
        <CloseButton run={run} />
      </Bar>
    );
  return null;
}

type BarProps = { readonly text: string; readonly children: React.ReactNode };

function Bar({ text, children }: BarProps) {
  return (
    <section className={styles.bar} aria-label={messages.notices.label}>
      <p role="status">{text}</p>
      {children}
    </section>
  );
}

function CloseButton({ run }: { readonly run: Pick<Broker, "closeNotice"> }) {
  return (
    <button type="button" aria-label={messages.notices.close} onClick={run.closeNotice}>
      <CloseIcon />
    </button>
  );
}
