import { type AppId, appId } from "@portafilter/protocol";

/** Which of the server's sites a host name means. */
export type Site =
  | Readonly<{ kind: "platform" }>
  | Readonly<{ kind: "app"; id: AppId; origin: string }>
  | Readonly<{ kind: "none" }>;

export type Sites = Readonly<{
  platformOrigin: string;
  /** Apps live on `<app id>.` of this host, port included. */
  appsHost: string;
  /** Matches every app's origin in a Content-Security-Policy. */
  appOrigins: string;
  https: boolean;
  of: (host: string | undefined) => Site;
}>;

/** The platform's address as browsers see it, its host name, and the domain below which apps live. */
export type SiteNames = Readonly<{
  platformOrigin: string;
  platformHost: string;
  appsDomain: string;
}>;

/** Tells the sites apart by the Host header, port included, and by nothing else. */
export function createSites(config: SiteNames): Sites {
  const { protocol, host: platform, port } = new URL(config.platformOrigin);
  const apps = `.${config.appsDomain}${port === "" ? "" : `:${port}`}`;
  return {
    platformOrigin: config.platformOrigin,
    appsHost: apps.slice(1),
    appOrigins: `${protocol}//*${apps}`,
    https: protocol === "https:",
    of: (header) => {
      const host = header?.toLowerCase() ?? "";
      if (host === platform) return { kind: "platform" };
      const label = host.endsWith(apps) ? host.slice(0, -apps.length) : "";
      return appId.safeParse(label).success
        ? { kind: "app", id: label, origin: `${protocol}//${host}` }
        : { kind: "none" };
    },
  };
}
