import { type RefObject, useLayoutEffect, useRef } from "react";

/**
 * Shows the dialog as a modal for as long as its component lives. Closing gives the focus back to
 * where it was; while it is open, a frame that grabs the focus loses it again.
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    dialog.showModal();
    let inside: Element | null = null;
    const remember = () => {
      if (dialog.contains(document.activeElement)) inside = document.activeElement;
    };
    // Keys typed here must never end up in an app.
    const takeBack = () => {
      if (!(document.activeElement instanceof HTMLIFrameElement)) return;
      if (inside instanceof HTMLElement) inside.focus();
      else dialog.focus();
    };
    dialog.addEventListener("focusin", remember);
    addEventListener("blur", takeBack);
    return () => {
      dialog.removeEventListener("focusin", remember);
      removeEventListener("blur", takeBack);
      dialog.close();
    };
  }, []);
  return ref;
}
