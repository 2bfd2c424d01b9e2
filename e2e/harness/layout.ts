import { inject } from "vitest";

declare module "vitest" {
  // The context that vitest hands from set-up to tests is typed by augmentation.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions
  export interface ProvidedContext {
    layout: Layout;
  }
}

/** At which addresses the server under test is. The same tests run in more than one layout. */
export type Layout = Readonly<{
  /** The platform's origin, as browsers see it. */
  platform: string;
  /** Apps are on `<app id>.` of this host, port included. */
  appsHost: string;
  /** Where the app server itself listens, under any `Host`: Node does not know the names above. */
  server: string;
  /** What stands in front and is mapped to the names above by the browser's settings; null where nothing does. */
  proxy: Readonly<{ port: number; authority: string }> | null;
}>;

export const layout = (): Layout => inject("layout");

/** Address of the server under test. */
export const address = (): string => layout().platform;

/** The origin of an app. */
export const appOrigin = (id: string): string =>
  `${new URL(layout().platform).protocol}//${id}.${layout().appsHost}`;

/** Where a host of the layout is reached through its proxy; null for every other. */
export function portOf(host: string): number | null {
  const { platform, appsHost, proxy } = layout();
  const isOurs = host === new URL(platform).hostname || host.endsWith(`.${appsHost}`);
  return isOurs && proxy !== null ? proxy.port : null;
}

/** What Chromium is started with: names of the layout lead to its proxy, whose authority is trusted. */
export function chromiumMapping({ platform, appsHost, proxy }: Layout): string[] {
  if (proxy === null) return [];
  const to = `127.0.0.1:${proxy.port}`;
  return [
    `--host-resolver-rules=MAP ${new URL(platform).host} ${to}, MAP *.${appsHost} ${to}`,
    `--ignore-certificate-errors-spki-list=${proxy.authority}`,
  ];
}
