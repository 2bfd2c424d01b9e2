import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Provenance } from "../app/provenance.ts";
import { ConsolePanel } from "../console/ConsolePanel.tsx";
import { SecretPrompt } from "../dialog/SecretPrompt.tsx";
import type { Run } from "../frame/run.ts";
import { AppBar } from "./AppBar.tsx";
import styles from "./AppPage.module.css";
import { FailureScreen } from "./FailureScreen.tsx";
import { LoadingScreen } from "./LoadingScreen.tsx";
import { Notices } from "./Notices.tsx";

type Props = {
  readonly who: Provenance;
  /** Makes a run of the app; each restart makes another. */
  readonly createRun: () => Run;
};

/** One app: a bar of ours, then nothing but the app. */
export function AppPage({ who, createRun }: Props) {
  const [run, setRun] = useState(createRun);
  const [consoleOpen, setConsoleOpen] = useState(false);
  const state = useSyncExternalStore(run.subscribe, run.getState);
  const frames = useRef<HTMLDivElement>(null);
  const consoleButton = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (frames.current !== null) run.start(frames.current);
    return () => {
      run.stop();
    };
  }, [run]);

  const restart = () => {
    setRun(createRun());
  };
  return (
    <div className={styles.page}>
      <AppBar
        who={who}
        asked={state.asked}
        consoleOpen={consoleOpen}
        consoleButton={consoleButton}
        onConsole={() => {
          setConsoleOpen(!consoleOpen);
        }}
        onRestart={restart}
      />
      <Notices broker={state.broker} run={run} />
      <main className={styles.main}>
        <div ref={frames} className={styles.frames} />
        {state.failure !== null ? (
          <FailureScreen
            failure={state.failure}
            onRetry={restart}
            onConsole={() => {
              setConsoleOpen(true);
            }}
          />
        ) : (
          state.phase !== "ready" && <LoadingScreen key={run.name} state={state} />
        )}
      </main>
      {consoleOpen && (
        <ConsolePanel
          log={run.log}
          dropped={state.dropped}
          excess={state.excess}
          onClose={() => {
            setConsoleOpen(false);
            consoleButton.current?.focus();
          }}
        />
      )}
      <SecretPrompt queue={state.broker.queue} who={who} run={run} />
    </div>
  );
}
