import { Suspense, useEffect, useRef } from "react";
import { useAccount } from "../account/use-account.ts";
import type { Provenance } from "../app/provenance.ts";
import type { Prompt } from "../broker/state.ts";
import { SecretDialog } from "./SecretDialog.tsx";

/** Where a person's answers go. `value` is secret material; null allows what is kept. */
type Answers = {
  readonly allow: (key: number, value: string | null) => void;
  readonly deny: (key: number) => void;
  /** Stops an app that keeps taking the keyboard from the dialog. */
  readonly stopGrabbing: () => void;
  /** Gives the keyboard to the app. */
  readonly focusApp: () => void;
};

type Props = {
  readonly queue: readonly Prompt[];
  readonly who: Provenance;
  readonly run: Answers;
};

/**
 * The dialog for the first prompt, if there is one; each prompt gets a dialog of its own. After the last
 * answer the keyboard is the app's again.
 */
export function SecretPrompt({ queue, who, run }: Props) {
  const account = useAccount();
  const prompt = queue[0];
  /** A person has answered the prompt, and may do nothing more in its dialog. */
  const answered = useRef(false);
  useEffect(() => {
    if (prompt !== undefined) {
      if (!prompt.keeping) answered.current = false;
      return;
    }
    // Not when the app took its question back: what is being typed then is not meant for it.
    if (answered.current && document.activeElement === document.body) run.focusApp();
    answered.current = false;
  }, [prompt, run]);
  if (prompt === undefined) return null;
  return (
    <Suspense>
      <SecretDialog
        key={prompt.key}
        prompt={prompt}
        total={queue.length}
        who={who}
        account={account.status}
        onAllow={(value) => {
          answered.current = true;
          run.allow(prompt.key, value);
        }}
        onDeny={() => {
          answered.current = true;
          run.deny(prompt.key);
        }}
        onGrabbed={run.stopGrabbing}
      />
    </Suspense>
  );
}
