import { type RefObject, useEffectEvent, useLayoutEffect, useRef } from "react";
import { guardKeyboard } from "./keyboard-guard.ts";

/**
 * Shows the dialog as a modal for as long as its component lives, and keeps the keyboard in it.
 * Closing gives the focus back to where it was in the page. Not to a frame, in Chromium at least: see
 * `SecretPrompt`.
 */
export function useModal(
  onStrike: () => void,
  onGrabbed: () => void,
): RefObject<HTMLDialogElement | null> {
  const ref = useRef<HTMLDialogElement>(null);
  const strike = useEffectEvent(onStrike);
  const grabbed = useEffectEvent(onGrabbed);
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    dialog.showModal();
    const endGuard = guardKeyboard(dialog, {
      onStrike: () => {
        strike();
      },
      onGrabbed: () => {
        grabbed();
      },
    });
    return () => {
      endGuard();
      dialog.close();
    };
  }, []);
  return ref;
}
