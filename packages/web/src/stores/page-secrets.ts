import { pageAccount } from "../account/page-account.ts";
import { openTabsChannel } from "../account/tabs-channel.ts";
import { client } from "../api/client.ts";
import { createEventFeed, type EventFeed } from "../events/event-feed.ts";
import { mergeTab } from "../merge/merge.ts";
import { createMerger, type Merger } from "../merge/merger.ts";
import type { SessionStore } from "../session/store.ts";
import { tabSession } from "../session/tab-session.ts";
import { createAccountStore } from "./account-store.ts";
import { createSecretSource, type PageSource } from "./secret-source.ts";

/** Where this page's secrets come from, and what moves and changes them. */
export type PageSecrets = {
  readonly source: PageSource;
  readonly merger: Merger;
  readonly feed: EventFeed;
};

let opened: PageSecrets | undefined;

/** This page's one set of them. The first call opens the tab's store and asks who is signed in. */
export function pageSecrets(): PageSecrets {
  opened ??= open();
  return opened;
}

function open(): PageSecrets {
  const account = pageAccount();
  const session = tabSession();
  const user = () => {
    const now = account.get();
    return now.status === "signed-in" ? now.user.id : null;
  };
  const feed = createEventFeed({
    connect: () => new EventSource("/api/v1/events"),
    locks: navigator.locks,
    channel: openTabsChannel("portafilter.events"),
    onResync: () => {
      merger.resume();
    },
    user,
    async onRefused() {
      // The other tabs hear of it, too: only one of them has the connection.
      if ((await account.refresh()).status === "signed-out") account.ranOut();
    },
  });
  const merger = createMerger({
    merge: async (mine) => mergeTab(await session, client, mine),
    user,
    onMoved: () => {
      source.moved();
    },
  });
  const source = createSecretSource({
    account,
    session,
    accountStore: createAccountStore(client),
    merger,
    feed,
  });
  // On every page, whether anything of it is shown or not: the server says here that a sign-in ended.
  feed.listen(() => undefined);
  for (const type of ["focus", "online"]) addEventListener(type, merger.retry);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) void session.then(startAnew);
  });
  return { source, merger, feed };
}

/** A page that slept in the tab's history has missed what happened; like a reopened tab it begins empty. */
function startAnew(session: SessionStore): void {
  if (session.entries().length === 0 && pageAccount().get().status !== "signed-in") return;
  session.wipe();
  location.reload();
}
