/** How often the guard looks: shorter than the time between two key presses. */
const period = 20;

/** An honest page may focus something of its own once in a while; this often is no accident. */
const strikeLimit = 10;

type Listener = {
  /** The keyboard was elsewhere and has been taken back. */
  readonly onStrike: () => void;
  /** It has been taken so often that the app has to be stopped. */
  readonly onGrabbed: () => void;
};

/**
 * Keeps the keyboard in `dialog` while it is open. A modal dialog makes frames inert, but in Chromium
 * a frame's script may still take the page's focus with `window.focus()`; keys go there then, although
 * `activeElement` stays in the dialog. Only `:focus`, which also asks whether this document has the
 * keyboard, shows it.
 *
 * @returns a function that ends the guard
 */
export function guardKeyboard(dialog: HTMLDialogElement, listener: Listener): () => void {
  let inside: HTMLElement = dialog;
  let strikes = 0;
  const look = () => {
    // Another window or the browser itself has the keyboard: nothing of ours can lose it.
    if (!document.hasFocus()) return;
    const active = document.activeElement;
    const ours = active instanceof HTMLElement && dialog.contains(active);
    if (ours) inside = active;
    if (ours && active.matches(":focus")) return;
    // What had the focus may have been removed, which leaves the body with it.
    if (active !== document.body) strikes += 1;
    takeBack(inside.isConnected ? inside : dialog);
    if (active === document.body) return;
    if (strikes >= strikeLimit) listener.onGrabbed();
    else listener.onStrike();
  };
  const timer = setInterval(look, period);
  addEventListener("blur", look);
  return () => {
    clearInterval(timer);
    removeEventListener("blur", look);
  };
}

function takeBack(element: HTMLElement): void {
  // An element that its document believes focused would ignore `focus()`.
  element.blur();
  window.focus();
  element.focus();
}
