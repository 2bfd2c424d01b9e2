import { useEffect, useRef, useState } from "react";
import { wordsOf } from "../problem-words.ts";

/** How the last action of a section went. */
export type Outcome = { readonly kind: "done" | "problem"; readonly text: string } | null;

/**
 * Runs one action at a time and keeps what to say about it. `act` resolves to what to say, or to
 * null when the visitor gave up; what it throws is put into words.
 */
export function useAction() {
  const [busy, setBusy] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  const run = async (key: string, act: () => Promise<string | null>) => {
    if (busy !== null) return;
    setBusy(key);
    setOutcome(null);
    let next: Outcome;
    try {
      const text = await act();
      next = text === null ? null : { kind: "done", text };
    } catch (error) {
      next = { kind: "problem", text: wordsOf(error) };
    }
    if (gone.current) return;
    setOutcome(next);
    setBusy(null);
  };
  return {
    busy,
    outcome,
    setOutcome,
    run: (key: string, act: () => Promise<string | null>) => {
      void run(key, act);
    },
  };
}
