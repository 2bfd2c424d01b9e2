import { type ComponentType, lazy } from "react";

/** The files of a page did not come: the network or the server is away, or the server has a newer build. */
export class PageNotFetched extends Error {
  override readonly name = "PageNotFetched";
}

/**
 * A page whose files are loaded when it is first shown; `pageOf` takes it out of them. Throws `PageNotFetched`
 * where they do not come, and only there.
 */
export function lazyPage<Files, P>(
  load: () => Promise<Files>,
  pageOf: (files: Files) => ComponentType<P> | Promise<ComponentType<P>>,
) {
  return lazy(async () => {
    const files = await load().catch((cause: unknown) => {
      throw new PageNotFetched("a page was not fetched", { cause });
    });
    return { default: await pageOf(files) };
  });
}
