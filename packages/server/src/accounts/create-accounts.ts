import { setTimeout as sleep } from "node:timers/promises";
import type { Route } from "../http/route.ts";
import type { Log } from "../log.ts";
import { type Background, createBackground } from "./background.ts";
import { createKnownDevices } from "./known-devices.ts";
import { createLinks } from "./links/links.ts";
import { createMailer, type Mailer } from "./mail/mailer.ts";
import { oidcRoutes } from "./oidc/routes.ts";
import type { Parts } from "./parts.ts";
import { passkeyRoutes } from "./passkeys/routes.ts";
import { createPasswords, type Work } from "./passwords/passwords.ts";
import { confirmRoute } from "./routes/confirm.ts";
import { deleteRoute } from "./routes/delete.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { emailRoutes } from "./routes/email.ts";
import { forgotRoutes } from "./routes/forgot.ts";
import { passwordRoute } from "./routes/password.ts";
import { accountSessionRoute } from "./routes/session.ts";
import { signInRoute } from "./routes/sign-in.ts";
import { signOutRoute } from "./routes/sign-out.ts";
import { signUpRoute } from "./routes/sign-up.ts";
import { createSessions, type Sessions } from "./sessions/sessions.ts";

type Ports = Pick<Parts, "config" | "db" | "audit" | "events" | "limits" | "erase" | "forget"> &
  Readonly<{
    log: Log;
    /** Milliseconds; for tests. */
    now?: () => number;
    /** How passwords are hashed; for tests. */
    work?: Work;
    /** What mail goes by; by the settings, unless a test looks at it. */
    mailer?: Mailer;
  }>;

export type Accounts = Readonly<{
  sessions: Pick<Sessions, "of" | "recall" | "lives">;
  routes: readonly Route[];
  settled: Background["settled"];
  /** Waits a moment for mails that are on their way, then hangs up. */
  close: () => Promise<void>;
}>;

/** Milliseconds that mails get when the server stops: one that does not answer must not hold it up. */
const patience = 3_000;

/** Accounts: who visitors are, how they prove it, and for how long that holds. */
export function createAccounts(ports: Ports): Accounts {
  const { config, db, log, audit, events, now = Date.now } = ports;
  const background = createBackground(log);
  const sessions = createSessions({ db, audit, events, now });
  const mailer = ports.mailer ?? (config.smtp === null ? null : createMailer(config.smtp));
  const parts: Parts = {
    ...ports,
    now,
    background,
    sessions,
    mailer,
    passwords: createPasswords(ports.work),
    knownDevices: createKnownDevices(config.secret),
    links: createLinks({ db, platformOrigin: config.platformOrigin, now }),
  };
  return {
    sessions,
    routes: [
      accountSessionRoute(parts),
      signUpRoute(parts),
      signInRoute(parts),
      signOutRoute(parts),
      confirmRoute(parts),
      ...forgotRoutes(parts),
      passwordRoute(parts),
      ...emailRoutes(parts),
      ...deviceRoutes(parts),
      deleteRoute(parts),
      ...passkeyRoutes(parts, log),
      ...oidcRoutes(parts, log),
    ],
    settled: background.settled,
    async close() {
      const stop = new AbortController();
      const late = sleep(patience, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([background.settled(), late]);
      stop.abort();
      mailer?.close();
    },
  };
}
