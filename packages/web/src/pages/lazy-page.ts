import { type ComponentType, lazy } from "react";

/** The files of a page did not come: the network or the server is away, or the server has a newer build. */
export class PageNotFetched extends Error {
  override readonly name = "PageNotFetched";
}

/** A page that is loaded when it is first shown. Throws `PageNotFetched` where that fails. */
export function lazyPage<P>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (cause) {
      throw new PageNotFetched("a page was not fetched", { cause });
    }
  });
}
