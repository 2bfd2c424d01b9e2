import { isIP } from "node:net";
import { isInternal } from "./internal-address.ts";

/** Where files may be fetched from. */
export type Hosts = Readonly<{
  /** `https://host:port` that the operator named: believed to be where they are, internal or not. */
  origins: ReadonlySet<string>;
  /** `host` or `host:port`: over TLS, and never at an internal address. */
  names: ReadonlySet<string>;
}>;

/** Of a configured address, and of hosts as `PACKAGE_FILE_HOSTS` has them. */
export function hostsOf(address: string, others: readonly string[]): Hosts {
  const { origin, hostname } = new URL(address);
  const [origins, names] = [others.filter(isOrigin), others.filter((host) => !isOrigin(host))];
  return {
    origins: new Set([origin, ...origins.map((text) => new URL(text).origin)]),
    names: new Set([hostname, ...names]),
  };
}

function isOrigin(text: string): boolean {
  return text.includes("://");
}

/** How an address may be connected to; undefined where it may not be asked at all. */
export function wayTo(url: URL, hosts: Hosts): "anywhere" | "external" | undefined {
  if (url.username !== "" || url.password !== "") return undefined;
  if (hosts.origins.has(url.origin)) return "anywhere";
  if (url.protocol !== "https:" || !hosts.names.has(url.host)) return undefined;
  // What is an address already is not looked up when it is connected to.
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(literal) !== 0 && isInternal(literal) ? undefined : "external";
}
