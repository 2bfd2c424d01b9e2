import { useEffect } from "react";
import { messages } from "../messages/index.ts";

/** The title that the tab had last; null until its first page is shown, where browsers say it. */
let last: string | null = null;

/**
 * Sets the title of the tab to `name` and the product's name; null is the start page. When it replaces
 * another page and nothing has the keyboard, the heading gets it, so that the change is heard.
 */
export function useTitle(name: string | null): void {
  useEffect(() => {
    const title = name === null ? messages.titles.landing : messages.titles.page(name);
    document.title = title;
    if (last !== null && last !== title) focusHeading();
    last = title;
  }, [name]);
}

function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>("main h1");
  if (heading === null || document.activeElement !== document.body) return;
  heading.tabIndex = -1;
  // Where the page is scrolled to is left to the browser, which remembers it for the way back.
  heading.focus({ preventScroll: true });
}
