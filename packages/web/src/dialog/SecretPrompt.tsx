import { Suspense } from "react";
import { useAccount } from "../account/use-account.ts";
import type { Provenance } from "../app/provenance.ts";
import type { Prompt } from "../broker/state.ts";
import type { Run } from "../frame/run.ts";
import { SecretDialog } from "./SecretDialog.tsx";

type Props = {
  readonly queue: readonly Prompt[];
  readonly who: Provenance;
  readonly run: Pick<Run, "allow" | "deny" | "stopGrabbing">;
};

/** The dialog for the first prompt, if there is one; each prompt gets a dialog of its own. */
export function SecretPrompt({ queue, who, run }: Props) {
  const account = useAccount();
  const prompt = queue[0];
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
          run.allow(prompt.key, value);
        }}
        onDeny={() => {
          run.deny(prompt.key);
        }}
        onGrabbed={run.stopGrabbing}
      />
    </Suspense>
  );
}
