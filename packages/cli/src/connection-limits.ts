import { type Config, type ConnectionLimits, isLoopback } from "@portafilter/server";

/** A browser opens six for each host at most, and a proxy in front as many as it is told to. */
const mostConnections = 10_000;
/** Some eighty browsers that load at the same moment behind one address. */
const mostOfAddress = 512;

/**
 * How many connections are held at once: a part of the files that the process may open, since databases,
 * packages and the key server need some, too. One address may have fewer, unless it is a proxy's.
 */
export function connectionLimits({
  host,
  trustedProxies,
}: Pick<Config, "host" | "trustedProxies">): ConnectionLimits {
  const most = Math.min(mostConnections, Math.floor(openFiles() * 0.75));
  const isShared = trustedProxies > 0 || isLoopback(host) || host === "::1";
  return { mostConnections: most, mostOfAddress: isShared ? most : Math.min(mostOfAddress, most) };
}

/** How many files this process may have open, as the system told it. */
function openFiles(): number {
  // It would look up the names of all who are connected.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft?: unknown } };
  };
  const { soft } = userLimits?.open_files ?? {};
  return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
}
