import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { codeOf } from "../../api/api-error.ts";
import { pageAccount } from "../page-account.ts";
import { ConfirmIdentity } from "./ConfirmIdentity.tsx";

/**
 * `confirmed(action)` runs the action; when the server answers `confirm_needed` it asks the visitor
 * and runs it again. Resolves to what the action returned, or to null when the visitor gave up, or is
 * another account now: what was meant for one is not done to another. It throws what the action throws otherwise. Render `dialog` anywhere in the page. What the action
 * returns is passed on, never kept.
 */
export function useConfirmed(): {
  readonly confirmed: <T>(action: () => Promise<T>) => Promise<T | null>;
  readonly dialog: ReactNode;
} {
  /** The id of who is asked. */
  const [asking, setAsking] = useState<string | null>(null);
  const answer = useRef<((confirmed: boolean) => void) | null>(null);
  const gone = useRef(false);

  const settle = useCallback((confirmed: boolean) => {
    answer.current?.(confirmed);
    answer.current = null;
    setAsking(null);
  }, []);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      answer.current?.(false);
      answer.current = null;
    };
  }, []);
  const confirmed = useCallback(async <T,>(action: () => Promise<T>): Promise<T | null> => {
    let asked: string | undefined;
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (codeOf(error) !== "confirm_needed") throw error;
      }
      const account = await pageAccount().known();
      if (gone.current || account.status !== "signed-in") return null;
      const { id } = account.user;
      asked ??= id;
      if (asked !== id) return null;
      // One question at a time: an older one is given up.
      answer.current?.(false);
      const isConfirmed = await new Promise<boolean>((resolve) => {
        answer.current = resolve;
        setAsking(id);
      });
      if (!isConfirmed) return null;
    }
  }, []);
  const onConfirmed = useCallback(() => {
    settle(true);
  }, [settle]);
  const onCancel = useCallback(() => {
    settle(false);
  }, [settle]);
  return {
    confirmed,
    dialog: asking !== null && (
      <ConfirmIdentity user={asking} onConfirmed={onConfirmed} onCancel={onCancel} />
    ),
  };
}
