/** Something that a visitor pressed or released: a button, a finger, a key. */
export type Press = {
  readonly target: EventTarget | null;
  /** It was made, or began, when it was early by the word of the watcher. */
  readonly isEarly: boolean;
};

const downs = ["pointerdown", "keydown"] as const;
/** A click comes last of a press, and alone where assistive technology makes it. */
const ups = ["pointerup", "pointercancel", "keyup", "click"] as const;

/**
 * Tells of every press in the page, before anything else in the page hears of it. Moves and wheels
 * are none: they confirm nothing, and a hand is never quite still.
 *
 * A release is as early as the press that it ends, so holding on until the dialog is armed is no way
 * round. `isEarly` is asked of the event, which knows when it was made, however long it waited.
 *
 * @returns a function that ends the watch
 */
export function watchPresses(
  isEarly: (event: Event) => boolean,
  onPress: (press: Press) => void,
): () => void {
  let beganEarly = false;
  const down = (event: Event) => {
    beganEarly = isEarly(event);
    onPress({ target: event.target, isEarly: beganEarly });
  };
  const up = (event: Event) => {
    onPress({ target: event.target, isEarly: beganEarly || isEarly(event) });
    beganEarly = false;
  };
  for (const type of downs) addEventListener(type, down, true);
  for (const type of ups) addEventListener(type, up, true);
  return () => {
    for (const type of downs) removeEventListener(type, down, true);
    for (const type of ups) removeEventListener(type, up, true);
  };
}
