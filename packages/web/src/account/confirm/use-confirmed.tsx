import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { codeOf } from "../../api/api-error.ts";
import { ConfirmIdentity } from "./ConfirmIdentity.tsx";

/**
 * `confirmed(action)` runs the action; when the server answers `confirm_needed` it asks the visitor
 * and runs it again. Resolves to what the action returned, or to null when the visitor gave up;
 * throws what the action throws otherwise. Render `dialog` anywhere in the page. What the action
 * returns is passed on, never kept.
 */
export function useConfirmed(): {
  readonly confirmed: <T>(action: () => Promise<T>) => Promise<T | null>;
  readonly dialog: ReactNode;
} {
  const [asking, setAsking] = useState(false);
  const answer = useRef<((confirmed: boolean) => void) | null>(null);

  const settle = useCallback((confirmed: boolean) => {
    answer.current?.(confirmed);
    answer.current = null;
    setAsking(false);
  }, []);
  useEffect(
    () => () => {
      answer.current?.(false);
      answer.current = null;
    },
    [],
  );
  const confirmed = useCallback(async <T,>(action: () => Promise<T>): Promise<T | null> => {
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (codeOf(error) !== "confirm_needed") throw error;
      }
      // One question at a time: an older one is given up.
      answer.current?.(false);
      const isConfirmed = await new Promise<boolean>((resolve) => {
        answer.current = resolve;
        setAsking(true);
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
    dialog: asking && <ConfirmIdentity onConfirmed={onConfirmed} onCancel={onCancel} />,
  };
}
