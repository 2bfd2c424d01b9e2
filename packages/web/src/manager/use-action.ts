import { useCallback, useEffect, useRef, useState } from "react";
import { wordsOf } from "../account/problem-words.ts";

/**
 * Runs one action at a time and says in words why it failed. For actions that carry values: unlike a
 * mutation of react-query it keeps nothing of what it was given.
 */
export function useAction() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const running = useRef(false);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  const run = useCallback(async (action: () => Promise<void>): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (error) {
      if (!gone.current) setProblem(wordsOf(error));
    } finally {
      running.current = false;
      if (!gone.current) setBusy(false);
    }
  }, []);
  /** Takes back what was said about the last one, because it may not apply any more. */
  const clear = useCallback(() => {
    setProblem(null);
  }, []);
  return { busy, problem, run, clear };
}
