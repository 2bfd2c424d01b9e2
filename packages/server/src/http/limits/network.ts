/**
 * The /48 that an address is counted in besides itself: whoever is given one has 65,536 networks of /64,
 * each of which `clientAddress` takes for an address. Null for what is no IPv6.
 */
export function networkOf(address: string): string | null {
  const front = /^((?:[0-9a-f]{1,4}:){3})[0-9a-f]{1,4}::\/64$/.exec(address)?.[1];
  return front === undefined ? null : `${front}:/48`;
}
