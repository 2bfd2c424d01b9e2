import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** Networks that stand in examples: they are neither the Internet's nor anybody's own. */
const ofExamples = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"].map((network) =>
  ipaddr.IPv4.parseCIDR(network),
);
/** What the Internet's own IPv6 addresses begin with. */
const global = ipaddr.IPv6.parseCIDR("2000::/3");
/** A translator (NAT64) makes IPv4 of these. */
const translated = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/**
 * Whether an address is not of the Internet: this machine, its network, a cloud's metadata, or nothing that
 * is known. IPv4 inside of IPv6 is read as IPv4.
 */
export function isInternal(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  const found = ipaddr.process(address);
  if (found instanceof ipaddr.IPv4) {
    return found.range() !== "unicast" && !ofExamples.some((network) => found.match(network));
  }
  if (found.match(translated)) {
    return isInternal(ipaddr.fromByteArray(found.toByteArray().slice(12)).toString());
  }
  return found.range() !== "unicast" || !found.match(global);
}

type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks names up for connections that may not lead inside. The connection is made to what was checked: a
 * name that answers otherwise the next time gains nothing.
 */
export function externalLookup(resolve: Resolve = lookup): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses;
      if (error !== null) callback(error, []);
      else if (first === undefined || addresses.some(({ address }) => isInternal(address))) {
        callback(new Error("its name leads to an internal address"), []);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
