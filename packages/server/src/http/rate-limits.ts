import type { Database } from "../db/database.ts";
import { Problem } from "../problem.ts";
import { createBuckets, type Rate } from "./limits/buckets.ts";
import type { Rule } from "./limits/counter.ts";
import { counterOf, type LimitKey } from "./limits/hash.ts";
import { networkOf } from "./limits/network.ts";
import { type Counted, count, sweep, takeBack } from "./limits/store.ts";
import type { Limits } from "./mount.ts";
import type { RateLimitName } from "./route.ts";

/**
 * Limits of two kinds. What costs this process something is counted in it, by address and by user. What
 * guesses at accounts, makes them or sends mail is counted in the database besides, for all servers together.
 */
export type RateLimits = Limits &
  Readonly<{
    /**
     * Counts an attempt to prove who somebody is, before it is looked at, so that parallel ones cannot
     * pass together. One that must wait is not counted, so waiting never gets longer by trying.
     * @param account - the normalised email, whether or not there is such an account.
     * @param device - names a browser that signed in to this account before; null for any other. It
     * is counted by itself, whatever its address: what others try does not keep its owner out, and
     * whoever takes its cookie along gets no more tries by coming from ever new addresses.
     * @throws Problem `rate_limited`, with the time to wait.
     */
    begin: (account: string, address: string, device: string | null) => Promise<void>;
    /** The attempt that was begun was right: it counts nowhere, and the account starts anew from this address and browser. */
    forgive: (account: string, address: string, device: string | null) => Promise<void>;
    /**
     * Counts a mail that somebody asks to have sent, by account and the network that it is asked for from:
     * whoever asks for another's uses up their own. All together get more, but not for ever.
     * @throws Problem `rate_limited`, whether or not there is such an account.
     */
    mail: (account: string, address: string) => Promise<void>;
    /**
     * Counts an email that is taken for an account without a mail that proves it: a sign-up, a change.
     * @throws Problem `rate_limited`, whether or not somebody has it already.
     */
    claim: (address: string) => Promise<void>;
    /** Stops sweeping. */
    close: () => void;
  }>;

const minute = 60;
const hour = 60 * minute;

/** By address, generously: an office or a provider may stand behind one. By user: one person, with tabs. */
const rates: Readonly<Record<RateLimitName, Readonly<{ address: Rate; user: Rate }>>> = {
  document: { address: { perSecond: 100, burst: 1000 }, user: { perSecond: 20, burst: 200 } },
  page: { address: { perSecond: 500, burst: 2000 }, user: { perSecond: 20, burst: 200 } },
  read: { address: { perSecond: 2000, burst: 5000 }, user: { perSecond: 50, burst: 300 } },
  write: { address: { perSecond: 1000, burst: 2000 }, user: { perSecond: 20, burst: 200 } },
  use: { address: { perSecond: 10_000, burst: 20_000 }, user: { perSecond: 100, burst: 500 } },
  merge: { address: { perSecond: 20, burst: 200 }, user: { perSecond: 0.5, burst: 20 } },
  reveal: { address: { perSecond: 100, burst: 500 }, user: { perSecond: 2, burst: 60 } },
  stream: { address: { perSecond: 50, burst: 500 }, user: { perSecond: 1, burst: 60 } },
  credentials: { address: { perSecond: 1, burst: 120 }, user: { perSecond: 0.5, burst: 30 } },
  mail: { address: { perSecond: 0.1, burst: 30 }, user: { perSecond: 0.05, burst: 10 } },
};

/** One account from one address, or from one browser that its owner used. */
const pair: Rule = {
  most: 5,
  span: 15 * minute,
  wait: { first: 30, longest: 15 * minute },
};
/** One account from all addresses that are new to it. */
const account: Rule = { most: 20, span: hour };
/** One address, all accounts. */
const address: Rule = { most: 60, span: 15 * minute };
/** One /48 of IPv6, all accounts: nobody uses up everybody's by going through their own networks. */
const network: Rule = { most: 300, span: 15 * minute };
/** Everybody together, save browsers that are known. */
const everybody: Rule = { most: 3000, span: 15 * minute };

/** Mails of one account that are asked for from one network. */
const mailPair: readonly Rule[] = [
  { most: 3, span: 15 * minute },
  { most: 10, span: 24 * hour },
];
/** Mails of one account, whoever asks for them. */
const mailAccount: Rule = { most: 60, span: 24 * hour };
const mailAddress: Rule = { most: 20, span: hour };
const mailNetwork: Rule = { most: 100, span: hour };
const mailEverybody: Rule = { most: 1000, span: hour };

/** Emails taken from one address: a class may stand behind it. */
const claimAddress: Rule = { most: 120, span: hour };
const claimNetwork: Rule = { most: 400, span: hour };
const claimEverybody: Rule = { most: 2000, span: hour };

/** How often old rows are deleted. */
const sweepEvery = 10 * minute;

export type RateLimitPorts = Readonly<{
  db: Pick<Database, "kysely" | "transaction">;
  key: LimitKey;
  /** Told when old rows could not be deleted; they are the next time. */
  onSweepFailed?: (error: unknown) => void;
}>;

/** Starts counting; `close` ends what it does by itself. */
export function createRateLimits({ db, key, onSweepFailed }: RateLimitPorts): RateLimits {
  const buckets = createBuckets();
  const timer = setInterval(() => {
    sweep(db).catch((error: unknown) => onSweepFailed?.(error));
  }, sweepEvery * 1000);
  timer.unref();

  const under = (rule: Rule, ...parts: readonly string[]): Counted => ({
    rule,
    key: counterOf(key, parts),
  });
  const pairOf = (who: string, kind: "address" | "device", from: string) =>
    under(pair, "pair", kind, normal(who), from);
  /** Counts by the /48, where there is one. */
  const within = (rule: Rule, name: string, from: string) => {
    const found = networkOf(from);
    return found === null ? [] : [under(rule, name, found)];
  };
  const others = (who: string, from: string) => [
    under(account, "account", normal(who)),
    under(address, "address", from),
    ...within(network, "network", from),
    under(everybody, "everybody"),
  ];

  return {
    byAddress: (name, from) => pass(buckets.take(`${name} address ${from}`, rates[name].address)),
    byUser: (name, userId) => pass(buckets.take(`${name} user ${userId}`, rates[name].user)),
    begin: async (who, from, device) => {
      const all = others(who, from).map((limit) => ({ ...limit, isLenient: device !== null }));
      const own = device === null ? pairOf(who, "address", from) : pairOf(who, "device", device);
      await pass(await count(db, [own, ...all]));
    },
    forgive: (who, from, device) =>
      takeBack(db, others(who, from), [
        pairOf(who, "address", from),
        ...(device === null ? [] : [pairOf(who, "device", device)]),
      ]),
    mail: async (who, from) => {
      const asking = networkOf(from) ?? from;
      const limits = [
        ...mailPair.map((rule) => under(rule, "mail", `${rule.span}`, normal(who), asking)),
        under(mailAccount, "mail account", normal(who)),
        under(mailAddress, "mail address", from),
        ...within(mailNetwork, "mail network", from),
        under(mailEverybody, "mail everybody"),
      ];
      await pass(await count(db, limits));
    },
    claim: async (from) => {
      const limits = [
        under(claimAddress, "claim address", from),
        ...within(claimNetwork, "claim network", from),
        under(claimEverybody, "claim everybody"),
      ];
      await pass(await count(db, limits));
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

/** Other ways to write one email are not other accounts. */
function normal(who: string): string {
  return who.normalize("NFKC").trim().toLowerCase();
}

function pass(wait: number): Promise<void> {
  if (wait <= 0) return Promise.resolve();
  return Promise.reject(new Problem("rate_limited", { retryAfter: wait }));
}
