import { isIP } from "node:net";

/**
 * The address by which attempts are counted. X-Forwarded-For is written by anybody, so only the
 * entries that the operator's own proxies added at its end are believed, as many as there are of them.
 * @returns an IPv4 address, the /64 network of an IPv6 one (its owner has all of it), or `unknown`.
 */
export function clientAddress(
  connection: string | undefined,
  forwardedFor: string | null,
  trustedProxies: number,
): string {
  const hops = [...(forwardedFor ?? "").split(",").map((hop) => hop.trim()), connection ?? ""];
  return networkOf(hops.at(-1 - trustedProxies) ?? "");
}

function networkOf(text: string): string {
  const address = text
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, "$1")
    .replace(/^\[?::ffff:(?=\d+\.)/i, "")
    .replace(/^\[|\](:\d+)?$/g, "");
  const version = isIP(address);
  if (version === 4) return address;
  if (version !== 6) return "unknown";
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const front = head.split(":").filter(Boolean);
  const back = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => "0");
  const groups = tail === undefined ? front : [...front, ...zeros, ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
