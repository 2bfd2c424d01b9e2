/**
 * Whether each element is wholly in the window, with nothing over it: neither the window's edge, nor
 * what else of the page is drawn there. Two corners tell, as everything here is a box. The window is
 * the whole page's, not the part that somebody looks at through a magnifier (pinch zoom).
 */
export function areInSight(elements: readonly Element[]): boolean {
  return elements.every((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return isTop(element, left + edge, top + edge) && isTop(element, right - edge, bottom - edge);
  });
}

/** Corners are round, and boxes end between two pixels. */
const edge = 2;

function isTop(element: Element, x: number, y: number): boolean {
  return element.contains(document.elementFromPoint(x, y));
}
