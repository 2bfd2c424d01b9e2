import type { api } from "@portafilter/protocol";
import type { Account, AccountStore } from "../account/session.ts";
import type { EventFeed } from "../events/event-feed.ts";
import type { Merger } from "../merge/merger.ts";
import type { SessionStore } from "../session/store.ts";
import type { SecretSource, SecretStore, SecretsChange } from "./secret-store.ts";
import { createTabStore } from "./tab-store.ts";

type Ports = {
  readonly account: Pick<AccountStore, "get" | "subscribe" | "onSignOut" | "known" | "refresh">;
  readonly session: Promise<SessionStore>;
  readonly accountStore: SecretStore;
  readonly merger: Pick<Merger, "begin" | "settled" | "end">;
  readonly feed: EventFeed;
};

/** The source of a page, and the way to tell it that the merger has moved something. */
export type PageSource = SecretSource & { readonly moved: () => void };

/**
 * Decides at each request which place answers: signed in, the account. A name that the tab still
 * holds, because its move has not succeeded yet, is answered by the tab, whatever the account says.
 */
export function createSecretSource(ports: Ports): PageSource {
  const { account, accountStore, merger, feed } = ports;
  const listeners = new Set<(change: SecretsChange) => void>();
  const tell = (change: SecretsChange) => {
    for (const listener of [...listeners]) listener(change);
  };
  let asking: Promise<Account> | null = null;
  const askAgain = () =>
    (asking ??= account.refresh().finally(() => {
      asking = null;
    }));

  let before = account.get();
  let leaving = Promise.resolve();
  /** What the changes of the account mean for the tab, in their order. */
  const then = (act: (session: SessionStore) => void) => {
    leaving = leaving.then(async () => {
      act(await ports.session);
    });
  };
  /** The sign-in ended, however: what the tab could not move yet is held for the account. */
  const hold = (user: string) => {
    then((session) => {
      // What cannot be marked as this account's would go to the next one.
      if (!session.claim(user)) session.wipe();
    });
  };
  const begin = (user: string) => {
    then((session) => {
      session.claim(user);
    });
    void merger.begin(leaving);
  };
  account.onSignOut(() => {
    const isLate = userOf(before) === null;
    then((session) => {
      if (!isLate) session.wipe();
      // An app may have been given some of it since the sign-in was over.
      else if (session.disown()) tell({ type: "left" });
    });
  });
  account.subscribe(() => {
    const now = account.get();
    const [was, is] = [userOf(before), userOf(now)];
    const sameStatus = before.status === now.status;
    before = now;
    if (was === is && sameStatus) return;
    if (was !== null && was !== is) {
      merger.end();
      hold(was);
      tell({ type: "left" });
    }
    feed.refresh();
    if (is !== null && is !== was) begin(is);
    tell({ type: "moved" });
  });
  const already = userOf(before);
  if (already !== null) begin(already);

  return {
    async storeFor(name) {
      const session = await ports.session;
      await leaving;
      let now = await account.known();
      if (now.status === "unreachable" && !session.holds(name)) now = await askAgain();
      if (now.status === "signed-in") {
        await merger.settled();
        now = account.get();
      }
      const held = session.holds(name);
      switch (now.status) {
        case "signed-in":
          return held ? createTabStore(session, now.user.id) : accountStore;
        case "signed-out":
        case "off":
          return createTabStore(session, null);
        case "loading":
        case "unreachable":
          // Fail closed: the tab must not take what belongs into an account.
          return held ? createTabStore(session) : null;
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      const stop = feed.listen((event) => {
        const change = changeOf(event);
        if (listeners.has(listener)) listener(change);
      });
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
    moved() {
      tell({ type: "moved" });
    },
  };
}

function userOf(account: Account): string | null {
  return account.status === "signed-in" ? account.user.id : null;
}

function changeOf(event: api.AccountEvent): SecretsChange {
  switch (event.type) {
    case "grant.revoked":
      return { type: "revoked", app: event.app, name: event.name };
    case "grant.given":
      return { type: "given", app: event.app, name: event.name };
    case "secret.changed":
      return { type: "revoked", app: null, name: event.name };
    case "resync":
    case "session.ended":
      return { type: "revoked", app: null, name: null };
  }
}
