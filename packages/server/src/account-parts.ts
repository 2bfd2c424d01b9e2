import { anonymousRoutes } from "./http/anonymous.ts";
import { createApi } from "./http/api.ts";
import type { SiteApp } from "./http/app.ts";
import type { MountPorts } from "./http/mount.ts";
import type { Readiness } from "./http/readiness.ts";

/** Accounts and all that hangs on them: database, key server, secrets, audit. */
export type AccountParts = Readonly<{
  /** What answers under `/api/` just now. */
  api: () => SiteApp;
  readiness: Readiness;
  /** Ends streams, then closes database and key client. */
  close: () => Promise<void>;
}>;

export type AccountPorts = Pick<MountPorts, "log" | "platformOrigin" | "trustedProxies">;

/** What there is without a key server: visitors without accounts. */
export function withoutAccounts(ports: AccountPorts): AccountParts {
  const pass = () => Promise.resolve();
  const api = createApi(anonymousRoutes, {
    ...ports,
    sessions: { of: () => Promise.resolve(null) },
    limits: { byAddress: pass, byUser: pass },
  });
  return { api: () => api, readiness: () => Promise.resolve({}), close: pass };
}
