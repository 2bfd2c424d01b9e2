import { api, limits } from "@portafilter/protocol";
import { waitAfter } from "../api/wait-after.ts";

/** What of an EventSource is used. */
export type Source = Pick<EventSource, "close" | "readyState" | "onmessage" | "onerror"> & {
  readonly addEventListener: (type: "beat", listener: () => void) => void;
};

type Ports = {
  readonly connect: () => Source;
  /** Undefined where the browser has none; then every tab has a connection of its own. */
  readonly locks: LockManager | undefined;
  readonly channel: Pick<BroadcastChannel, "postMessage" | "addEventListener">;
  /** The id of who is signed in; null when nobody is. */
  readonly user: () => string | null;
  /** The server refused the connection or ended the sign-in: who is signed in has to be asked anew. */
  readonly onRefused: () => Promise<unknown>;
  /** The server is there, maybe again: what waits for it can be tried. */
  readonly onResync: () => void;
};

/** What the server tells the account's pages. */
export type EventFeed = {
  /** Hears of every event, until the returned function is called. */
  readonly listen: (listener: (event: api.AccountEvent) => void) => () => void;
  /** To be called when who is signed in may have changed, or the network came back. */
  readonly refresh: () => void;
};

const lockName = "portafilter.events";
/** A connection of which nothing was heard for so long, not even that it broke, is dead, whatever the browser believes. */
const silence = 2.5 * limits.eventBeat;
/** `EventSource.CLOSED`: it will not try again by itself. */
const closed = 2;

/**
 * One connection for all tabs of a browser, which may open only six to a server: the tab that holds a
 * lock connects and tells the others. When it goes, another one connects, and the server begins every
 * connection with `resync`, so that what was missed in between does no harm. So does one that has died without
 * a word, which the server's beats tell.
 */
export function createEventFeed(ports: Ports): EventFeed {
  const listeners = new Set<(event: api.AccountEvent) => void>();
  let leading: { readonly user: string; readonly stop: () => void } | null = null;

  const deliver = (event: api.AccountEvent) => {
    for (const listener of [...listeners]) listener(event);
    if (event.type === "resync") ports.onResync();
  };
  ports.channel.addEventListener("message", ({ data }) => {
    const parsed = api.accountEvent.safeParse(data);
    if (parsed.success && ports.user() !== null) deliver(parsed.data);
  });

  const update = () => {
    const user = listeners.size > 0 ? ports.user() : null;
    if (user === (leading?.user ?? null)) return;
    // A connection belongs to the sign-in it was opened with.
    leading?.stop();
    leading = user === null ? null : { user, stop: lead(ports, deliver) };
  };
  return {
    listen(listener) {
      listeners.add(listener);
      update();
      return () => {
        listeners.delete(listener);
        update();
      };
    },
    refresh: update,
  };
}

/** Waits to be the tab that connects, then stays connected until the returned function is called. */
function lead(ports: Ports, deliver: (event: api.AccountEvent) => void): () => void {
  const ending = new AbortController();
  const run = () =>
    new Promise<void>((resolve) => {
      if (ending.signal.aborted) {
        resolve();
        return;
      }
      const disconnect = stayConnected(ports, deliver);
      ending.signal.addEventListener("abort", () => {
        disconnect();
        resolve();
      });
    });
  if (ports.locks === undefined) void run();
  else
    ports.locks.request(lockName, { signal: ending.signal }, run).catch(() => {
      // Ended while it waited; or no lock is given here, so every tab is on its own.
      if (!ending.signal.aborted) void run();
    });
  return () => {
    ending.abort();
  };
}

function stayConnected(
  { connect, channel, onRefused }: Ports,
  deliver: (event: api.AccountEvent) => void,
): () => void {
  let source: Source | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  let failures = 0;

  const open = () => {
    if (ended) return;
    const mine = connect();
    source = mine;
    const giveUp = () => {
      mine.close();
      again();
    };
    const lives = () => {
      if (source !== mine) return;
      clearTimeout(watch);
      watch = setTimeout(giveUp, silence);
    };
    mine.addEventListener("beat", lives);
    mine.onmessage = ({ data }) => {
      if (source !== mine) return;
      failures = 0;
      lives();
      const event = parse(data);
      if (event === null) return;
      deliver(event);
      if (event.type !== "session.ended") channel.postMessage(event);
      else giveUp();
    };
    mine.onerror = () => {
      if (source !== mine) return;
      if (mine.readyState === closed) again();
      // The browser connects again.
      else lives();
    };
    lives();
  };
  /** After a refusal the account is asked first: if nobody is signed in, this ends. */
  const again = () => {
    source = null;
    clearTimeout(watch);
    void onRefused().then(() => {
      if (ended) return;
      failures += 1;
      timer = setTimeout(open, waitAfter(failures));
    });
  };
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    clearTimeout(watch);
    source?.close();
    source = null;
  };
}

/** What is not understood may have been anything: as after a loss, everything is asked again. */
function parse(data: unknown): api.AccountEvent | null {
  try {
    const parsed = api.accountEvent.safeParse(JSON.parse(String(data)));
    return parsed.success ? parsed.data : { type: "resync" };
  } catch {
    return { type: "resync" };
  }
}
