import { createFairGate, type FairGateLimits } from "../fair-gate.ts";
import { createBuckets, type Rate } from "../http/limits/buckets.ts";
import { networkOf } from "../http/limits/network.ts";
import { Problem } from "../problem.ts";

/** Who asks: the address that a visitor is counted by, or null for this server itself. */
export type Client = string | null;

/** What one address may ask of the package index at once, and then each second: an office may stand behind it. */
const byAddress: Rate = { perSecond: 5, burst: 300 };
/** The same for a /48 of IPv6, whose owner has 65,536 networks that count as addresses. */
const byNetwork: Rate = { perSecond: 20, burst: 1200 };

const turns: FairGateLimits = { atOnce: 8, each: 4, waiting: 1000, eachWaiting: 100 };

/**
 * Lets work that costs a request to the package index begin.
 * @throws Problem `rate_limited` or `package_busy`, at once.
 */
export type Admission = <T>(client: Client, work: () => Promise<T>) => Promise<T>;

/** Counts by address and gives turns by network, in this process. */
export function createAdmission(): Admission {
  const buckets = createBuckets();
  const inTurn = createFairGate(turns);

  function count(address: string, network: string | null): void {
    const wait =
      buckets.take(`address ${address}`, byAddress) ||
      (network === null ? 0 : buckets.take(`network ${network}`, byNetwork));
    if (wait > 0) throw new Problem("rate_limited", { retryAfter: wait });
  }

  return async function admit(client, work) {
    if (client === null) return inTurn(null, work);
    const network = networkOf(client);
    count(client, network);
    return inTurn(network ?? client, work);
  };
}
