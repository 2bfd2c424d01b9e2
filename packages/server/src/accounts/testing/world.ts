import { Hono } from "hono";
import { createAudit } from "../../audit/audit.ts";
import { auditKey } from "../../audit/hash.ts";
import type { Database } from "../../db/database.ts";
import { createEvents } from "../../events/events.ts";
import { limitKey } from "../../http/limits/hash.ts";
import { mountRoutes } from "../../http/mount.ts";
import { createRateLimits } from "../../http/rate-limits.ts";
import { createLog } from "../../log.ts";
import type { Provider } from "../config.ts";
import { type Accounts, createAccounts } from "../create-accounts.ts";
import type { Mail } from "../mail/mailer.ts";
import type { Work } from "../passwords/passwords.ts";
import { type Browser, createBrowser } from "./browser.ts";

export const platformOrigin = "http://pycafe.localhost:8080";
const secret = "only for tests, and long enough to be one";

type Wanted = Readonly<{
  /** Whether there is a mail server. */
  mail?: boolean;
  /** One that takes mails and is never done with them. */
  slowMail?: boolean;
  /** Passwords cost what they do in earnest. */
  argon2?: boolean;
  providers?: readonly Provider[];
  erase?: Parameters<typeof createAccounts>[0]["erase"];
}>;

/** A server of accounts as visitors meet it: mounted, with database, audit, events and limits. */
export type World = Readonly<{
  db: Database;
  accounts: Accounts;
  limits: ReturnType<typeof createRateLimits>;
  audit: ReturnType<typeof createAudit>;
  events: Awaited<ReturnType<typeof createEvents>>;
  /** A browser of its own, at an address of its own. */
  browser: (address?: string) => Browser;
  mails: Mail[];
  /** Waits for mails, then takes the token of the last link that was sent, to one address or to any. */
  linkToken: (to?: string) => Promise<string>;
  /** How often passwords were hashed or verified. */
  worked: () => number;
  /** Lets time pass, for accounts. */
  pass: (milliseconds: number) => void;
  /** How much time has passed that way. */
  passed: () => number;
  forgotten: string[];
}>;

/** Makes the world on a database. */
export async function createWorld(db: Database, wanted: Wanted = {}): Promise<World> {
  const log = createLog("silent");
  let ahead = 0;
  let count = 0;
  const mails: Mail[] = [];
  const forgotten: string[] = [];
  const audit = createAudit({ db, key: auditKey(secret) });
  const events = await createEvents(db);
  const limits = createRateLimits({ db, key: limitKey(secret) });
  limits.close();
  const accounts = createAccounts({
    db,
    log,
    audit,
    events,
    limits,
    config: { platformOrigin, secret, smtp: null, providers: wanted.providers ?? [] },
    now: () => Date.now() + ahead,
    ...(wanted.argon2 === true ? {} : { work: quickWork(() => (count += 1)) }),
    erase: wanted.erase ?? (() => Promise.resolve()),
    forget: (userId) => forgotten.push(userId),
    ...(wanted.mail === true ? { mailer: catcher(mails, wanted.slowMail === true) } : {}),
  });
  const app = new Hono();
  const { sessions, routes } = accounts;
  mountRoutes(app, routes, { sessions, limits, log, platformOrigin, trustedProxies: 1 });
  let browsers = 0;
  return {
    db,
    accounts,
    limits,
    audit,
    events,
    mails,
    forgotten,
    browser: (address = `10.0.${String((browsers += 1) >> 8)}.${String(browsers & 255)}`) =>
      createBrowser((request) => app.request(request), platformOrigin, address),
    async linkToken(to) {
      await accounts.settled();
      const mail = mails.findLast((sent) => to === undefined || sent.to === to);
      return /#token=(\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
    },
    worked: () => count,
    pass: (milliseconds) => {
      ahead += milliseconds;
    },
    passed: () => ahead,
  };
}

function catcher(mails: Mail[], isSlow: boolean) {
  return {
    send: (mail: Mail) => {
      mails.push(mail);
      return isSlow ? new Promise<void>(() => undefined) : Promise.resolve();
    },
    close: () => undefined,
  };
}

/** Stands in for argon2, whose own test is passwords.test.ts. */
function quickWork(onWork: () => void): Work {
  const of = (password: string) =>
    `$argon2id$v=19$m=19456,t=2,p=1$${Buffer.from(password).toString("base64url")}`;
  return {
    hash: (password) => {
      onWork();
      return Promise.resolve(of(password));
    },
    verify: (known, password) => {
      onWork();
      return Promise.resolve(known === of(password));
    },
  };
}
