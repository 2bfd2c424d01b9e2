import * as z from "zod/mini";
import { client } from "../api/client.ts";
import { waitAfter } from "../api/wait-after.ts";
import { type AccountStore, createAccountStore } from "./session.ts";
import { openTabsChannel } from "./tabs-channel.ts";

const news = z.enum(["signed-in", "signed-out", "ran-out"]);
/** A page that is looked at again asks again when its knowledge is older than this. */
const old = 60_000;

let opened: AccountStore | undefined;

/** This page's account. The first call asks the server and begins to listen to the other tabs. */
export function pageAccount(): AccountStore {
  opened ??= open();
  return opened;
}

function open(): AccountStore {
  const channel = openTabsChannel("portafilter.account");
  const store = createAccountStore(client, (message) => {
    channel.postMessage(message);
  });
  let asked = 0;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    asked = Date.now();
    clearTimeout(timer);
    void store.refresh().then(({ status }) => {
      failures = status === "unreachable" ? failures + 1 : 0;
      clearTimeout(timer);
      // A page that nobody looks at waits until it is looked at.
      if (failures > 0) timer = setTimeout(look, waitAfter(failures));
    });
  };
  channel.addEventListener("message", ({ data }) => {
    const heard = news.safeParse(data);
    if (heard.success) store.hear(heard.data);
  });
  const look = () => {
    const due = store.get().status === "unreachable" || Date.now() - asked > old;
    if (document.visibilityState === "visible" && due) refresh();
  };
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", look);
  addEventListener("online", look);
  addEventListener("pageshow", (event) => {
    // It slept in the tab's history, where no message reached it.
    if (event.persisted) refresh();
  });
  refresh();
  return store;
}
