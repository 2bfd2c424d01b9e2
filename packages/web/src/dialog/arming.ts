import { limits } from "@portafilter/protocol";

/** Smaller windows cannot show the question; a tiny pop-up must not collect answers. */
const smallestWindow = { width: 280, height: 200 } as const;

/** `armed` is the only state in which a confirmation counts. */
export type Arming = "waiting" | "armed" | "tooSmall";

/**
 * Watches until the visitor has had the dialog in front of them, focused and visible, for
 * `limits.confirmDelay` without a break. Whatever could move the page under a finger begins the
 * wait again: losing or gaining focus, being hidden, a change of size.
 *
 * @returns a function that ends the watch
 */
export function watchArming(onChange: (arming: Arming) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restart = () => {
    clearTimeout(timer);
    if (innerWidth < smallestWindow.width || innerHeight < smallestWindow.height) {
      onChange("tooSmall");
      return;
    }
    onChange("waiting");
    timer = setTimeout(() => {
      if (document.hasFocus() && document.visibilityState === "visible") onChange("armed");
    }, limits.confirmDelay);
  };
  restart();
  for (const type of ["blur", "focus", "resize"]) addEventListener(type, restart);
  document.addEventListener("visibilitychange", restart);
  return () => {
    clearTimeout(timer);
    for (const type of ["blur", "focus", "resize"]) removeEventListener(type, restart);
    document.removeEventListener("visibilitychange", restart);
  };
}
