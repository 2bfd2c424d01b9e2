import { useCallback, useEffect, useEffectEvent, useRef } from "react";

/**
 * For buttons that go with what they did: when nothing has the keyboard after `shown` has changed, `goOn`
 * gives it to the next sensible place. That is over once the visitor has turned to something else.
 *
 * @returns a function to be called when such a button is pressed
 */
export function useNextFocus(shown: string | undefined, goOn: () => void): () => void {
  const pressed = useRef(false);
  const next = useEffectEvent(goOn);
  useEffect(() => {
    if (pressed.current && document.activeElement === document.body) next();
    pressed.current = false;
  }, [shown]);
  useEffect(() => {
    const lapse = () => {
      pressed.current = false;
    };
    // Before whatever these lead to: a press of such a button is one of them.
    addEventListener("pointerdown", lapse, true);
    addEventListener("focusin", lapse, true);
    return () => {
      removeEventListener("pointerdown", lapse, true);
      removeEventListener("focusin", lapse, true);
    };
  }, []);
  return useCallback(() => {
    pressed.current = true;
  }, []);
}
