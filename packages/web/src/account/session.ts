import { api } from "@portafilter/protocol";
import type { Client } from "../api/client.ts";

type Offers = api.SessionAnswer["offers"];
export type User = NonNullable<api.SessionAnswer["user"]>;

/** Who is signed in, as far as this page knows. */
export type Account =
  /** The server has not answered yet. */
  | { readonly status: "loading" }
  /** It did not answer: everything is as for a stranger until it does. */
  | { readonly status: "unreachable" }
  /** This server has no accounts: no menu, no links to sign in. */
  | { readonly status: "off" }
  | {
      readonly status: "signed-out";
      readonly offers: Offers;
      /** Somebody was signed in on this page, and it did not end that itself. */
      readonly endedElsewhere?: true;
    }
  | {
      readonly status: "signed-in";
      readonly user: User;
      /** Whether it was young enough to reveal values when the server was asked; only a hint. */
      readonly fresh: boolean;
      readonly offers: Offers;
    };

/** What the tabs of one browser tell each other. `signed-out`: the visitor did it. */
export type News = "signed-in" | "signed-out" | "ran-out";

/** The account of one page. */
export type AccountStore = {
  readonly get: () => Account;
  readonly subscribe: (listener: () => void) => () => void;
  /** The account as soon as it is anything but `loading`; `unreachable` at the latest when patience ends. */
  readonly known: () => Promise<Account>;
  /** Asks the server again. A failure keeps what was known. */
  readonly refresh: () => Promise<Account>;
  /** To be called when this page signed in or became another account: tells other tabs, asks the server. */
  readonly signedIn: () => Promise<Account>;
  /** Ends the sign-in, then tells other tabs. Throws `ApiError`, and then nothing has changed here. */
  readonly signOut: () => Promise<void>;
  /** The visitor ended the sign-in, though not by `signOut`: by deleting the account or resetting its password. */
  readonly ended: () => void;
  /**
   * Hears, before anything changes, that the visitor ended the sign-in, here or in another tab; also when
   * this page found out before that it was over. Never of a sign-in that ran out. What nobody listened to
   * yet, the first listener hears at once: the tab's secrets load after the page.
   */
  readonly onSignOut: (listener: () => void) => () => void;
  /** The server says that the sign-in ran out: tells other tabs to ask, too. */
  readonly ranOut: () => void;
  /** Takes what another tab told. */
  readonly hear: (news: News) => void;
};

const patience = 10_000;

/** Makes the store; `announce` reaches the other tabs of this browser. */
export function createAccountStore(
  client: Client,
  announce: (news: News) => void = () => undefined,
): AccountStore {
  let account: Account = { status: "loading" };
  /** Answers to questions that are not the latest are dropped: they may be older than what happened since. */
  let question = 0;
  const listeners = new Set<() => void>();
  const signOutListeners = new Set<() => void>();
  let isUntold = false;

  const set = (next: Account) => {
    if (JSON.stringify(next) === JSON.stringify(account)) return;
    account = next;
    for (const listener of [...listeners]) listener();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  };
  const known = () =>
    new Promise<Account>((resolve) => {
      const look = () => {
        if (account.status === "loading") return;
        stop();
        resolve(account);
      };
      const stop = subscribe(look);
      look();
    });
  const refresh = async () => {
    question += 1;
    const mine = question;
    const answer = await ask(client);
    if (mine === question) {
      if (answer !== null) set(after(account, accountOf(answer)));
      else if (account.status === "loading") set({ status: "unreachable" });
    }
    return known();
  };
  const ended = (where: "here" | "elsewhere") => {
    isUntold = signOutListeners.size === 0;
    for (const listener of [...signOutListeners]) listener();
    question += 1;
    if (account.status === "signed-in") {
      const left = { status: "signed-out", offers: account.offers } as const;
      set(where === "here" ? left : after(account, left));
    }
    void refresh();
  };
  let doubt: Promise<unknown> | null = null;
  client.speakFor(() => (account.status === "signed-in" ? account.user.id : null));
  client.onDoubt(() => {
    // Not yet the end: a call that was under way while the sign-in got a new token had the old one. Calls
    // that are refused together are one question.
    doubt ??= refresh().finally(() => {
      doubt = null;
    });
  });

  return {
    get: () => account,
    subscribe,
    known,
    refresh,
    ended() {
      announce("signed-out");
      ended("here");
    },
    onSignOut(listener) {
      signOutListeners.add(listener);
      if (isUntold) listener();
      isUntold = false;
      return () => {
        signOutListeners.delete(listener);
      };
    },
    ranOut() {
      announce("ran-out");
    },
    signedIn() {
      announce("signed-in");
      return refresh();
    },
    async signOut() {
      await client.send({
        method: "POST",
        path: "/api/v1/account/sign-out",
        body: {},
        reply: api.nothing,
      });
      announce("signed-out");
      ended("here");
    },
    hear(news) {
      if (news === "signed-out") ended("elsewhere");
      else void refresh();
    },
  };
}

/** Null when there was no answer, or none that can be used. */
async function ask(client: Client): Promise<api.SessionAnswer | null> {
  try {
    return await client.send({
      method: "GET",
      path: "/api/v1/session",
      reply: api.sessionAnswer,
      patience,
    });
  } catch {
    // Whatever the reason, the page goes on as for a stranger, and asks again when it is looked at.
    return null;
  }
}

function accountOf({ user, fresh, offers }: api.SessionAnswer): Account {
  if (!offers.accounts) return { status: "off" };
  return user === null
    ? { status: "signed-out", offers }
    : { status: "signed-in", user, fresh, offers };
}

/** `next`, which also says whether it ended a sign-in of this page. */
function after(before: Account, next: Account): Account {
  if (next.status !== "signed-out") return next;
  const isNews = before.status === "signed-in";
  const isKnown = before.status === "signed-out" && before.endedElsewhere === true;
  return isNews || isKnown ? { ...next, endedElsewhere: true } : next;
}
