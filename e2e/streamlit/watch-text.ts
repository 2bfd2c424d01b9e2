import type { FrameLocator } from "playwright-core";

/**
 * Notes from now on what the page shows of `pattern`, each time that changes, joined by commas: nothing is
 * missed, however short it is shown.
 */
export async function watchText(
  app: FrameLocator,
  pattern: RegExp,
): Promise<() => Promise<string[]>> {
  const notes = await app.locator("body").evaluateHandle(
    (body, [source, flags]) => {
      const expression = new RegExp(source, flags);
      const states: string[] = [];
      new MutationObserver(() => {
        const state = [...body.textContent.matchAll(expression)].join(", ");
        if (state !== "" && state !== states.at(-1)) states.push(state);
      }).observe(body, { subtree: true, childList: true, characterData: true });
      return states;
    },
    [pattern.source, pattern.flags] as const,
  );
  return () => notes.jsonValue();
}
