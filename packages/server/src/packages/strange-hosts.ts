import type { Log } from "../log.ts";

const mostTold = 100;

/** Tells the operator once of each host that packages were not fetched from, up to a hundred of them. */
export function strangeHosts(log: Log): (host: string) => void {
  const told = new Set<string>();
  return (host) => {
    if (told.has(host) || told.size >= mostTold) return;
    told.add(host);
    log.warn({ host }, "packages are not fetched from this host; PACKAGE_FILE_HOSTS can allow it");
  };
}
