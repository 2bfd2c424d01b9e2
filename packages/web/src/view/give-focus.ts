/**
 * Gives the keyboard to `refuge`, an element that stays, when what had it has gone from the same
 * section or is about to. Somebody who has moved on to another place keeps it there.
 */
export function giveFocus(refuge: HTMLElement | null): void {
  const active = document.activeElement;
  const here = refuge?.closest("section") ?? null;
  if (active === document.body || here?.contains(active)) refuge?.focus();
}
