import type { Route } from "./route.ts";
import { sessionRoute } from "./session-route.ts";

/** The API where there is no key server: it says that nobody can sign in. */
export const anonymousRoutes: readonly Route[] = [
  sessionRoute(() =>
    Promise.resolve({
      user: null,
      fresh: false,
      offers: { accounts: false, mail: false, providers: [] },
    }),
  ),
];
