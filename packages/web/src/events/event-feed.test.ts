import { type api, limits } from "@portafilter/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEventFeed, type Source } from "./event-feed.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const turn = () => vi.advanceTimersByTimeAsync(0);

/** One browser: its tabs share locks and a channel, and each counts its connections. */
function browser() {
  const channels = new Set<{ heard: (data: unknown) => void }>();
  let held = false;
  const waiting: (() => void)[] = [];
  const locks = {
    async request(_name: string, { signal }: { signal: AbortSignal }, work: () => Promise<void>) {
      while (held) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          signal.addEventListener("abort", () => {
            resolve();
          });
        });
        signal.throwIfAborted();
      }
      held = true;
      await work();
      held = false;
      for (const next of waiting.splice(0)) next();
    },
  } as unknown as LockManager;

  const tab = (options: { locks?: LockManager | undefined } = { locks }) => {
    const world = { user: "ada" as string | null };
    const sources: (Source & {
      say: (event: unknown) => void;
      beat: () => void;
      fail: (state: number) => void;
    })[] = [];
    const listeners: ((event: { data: unknown }) => void)[] = [];
    const me = {
      heard: (data: unknown) => {
        for (const listener of listeners) listener({ data });
      },
    };
    channels.add(me);
    const onRefused = vi.fn(() => Promise.resolve());
    const onResync = vi.fn();
    const feed = createEventFeed({
      connect() {
        const source = {
          readyState: 1,
          onmessage: null as Source["onmessage"],
          onerror: null as Source["onerror"],
          close: vi.fn(() => {
            source.readyState = 2;
          }),
          say(event: unknown) {
            const data = typeof event === "string" ? event : JSON.stringify(event);
            source.onmessage?.call(source as never, { data } as MessageEvent);
          },
          beat: (): void => undefined,
          addEventListener(_type: "beat", listener: () => void) {
            source.beat = listener;
          },
          fail(state: number) {
            source.readyState = state;
            source.onerror?.call(source as never, new Event("error"));
          },
        };
        sources.push(source);
        return source;
      },
      locks: options.locks,
      channel: {
        postMessage(data: unknown) {
          for (const other of channels) if (other !== me) other.heard(structuredClone(data));
        },
        addEventListener: (_type: string, listener: (event: { data: unknown }) => void) => {
          listeners.push(listener);
        },
      } as unknown as BroadcastChannel,
      user: () => world.user,
      onRefused,
      onResync,
    });
    const heard: api.AccountEvent[] = [];
    return {
      feed,
      sources,
      onRefused,
      onResync,
      world,
      heard,
      listen: () => feed.listen((event) => heard.push(event)),
      live: () => sources.filter((source) => source.readyState !== 2).length,
    };
  };
  return { tab };
}

type Tab = ReturnType<ReturnType<typeof browser>["tab"]>;

const changed = { type: "secret.changed", name: "KEY" } as const;

test("connects while someone is signed in and something listens, and no longer", async () => {
  const one = browser().tab();
  await turn();
  expect(one.sources).toHaveLength(0);
  const stop = one.listen();
  await turn();
  expect(one.live()).toBe(1);
  stop();
  expect(one.live()).toBe(0);
  one.listen();
  await turn();
  one.world.user = null;
  one.feed.refresh();
  expect(one.live()).toBe(0);
});

test("the tabs of a browser share one connection, and the next one connects when it goes", async () => {
  const { tab } = browser();
  const [one, two] = [tab(), tab()];
  const stop = one.listen();
  two.listen();
  await turn();
  expect([one.live(), two.live()]).toEqual([1, 0]);
  one.sources[0]?.say(changed);
  expect([one.heard, two.heard]).toEqual([[changed], [changed]]);
  stop();
  await turn();
  expect([one.live(), two.live()]).toEqual([0, 1]);
  two.sources[0]?.say({ type: "resync" });
  expect(two.heard.at(-1)).toEqual({ type: "resync" });
});

test("another account gets a connection of its own", async () => {
  const one = browser().tab();
  one.listen();
  await turn();
  one.world.user = "bob";
  one.feed.refresh();
  await turn();
  expect(one.sources).toHaveLength(2);
  expect(one.live()).toBe(1);
  one.sources[0]?.say(changed);
  expect(one.heard).toEqual([]);
});

test("a browser without locks connects in every tab", async () => {
  const { tab } = browser();
  const [one, two] = [tab({}), tab({})];
  one.listen();
  two.listen();
  await turn();
  expect([one.live(), two.live()]).toEqual([1, 1]);
});

test("what is not understood counts as a loss of events", async () => {
  const one = browser().tab();
  one.listen();
  await turn();
  one.sources[0]?.say("{");
  one.sources[0]?.say({ type: "of the future" });
  expect(one.heard).toEqual([{ type: "resync" }, { type: "resync" }]);
});

test("what another tab says is heard only while someone is signed in here", async () => {
  const { tab } = browser();
  const [one, two] = [tab(), tab()];
  one.listen();
  two.listen();
  await turn();
  two.world.user = null;
  one.sources[0]?.say(changed);
  expect(two.heard).toEqual([]);
});

test("a refused connection asks who is signed in, and is made again after longer and longer", async () => {
  const one = browser().tab();
  one.listen();
  await turn();
  one.sources[0]?.fail(2);
  expect(one.onRefused).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(999);
  expect(one.sources).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(one.sources).toHaveLength(2);
  one.sources[1]?.fail(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(one.sources).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(one.sources).toHaveLength(3);
});

test("however long the server was away, the connection is there within ten seconds of its return", async () => {
  const one = browser().tab();
  one.listen();
  await turn();
  for (let failure = 0; failure < 20; failure++) {
    one.sources.at(-1)?.fail(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(one.sources).toHaveLength(failure + 2);
  }
});

test("every tab is told when the server is there again", async () => {
  const { tab } = browser();
  const [one, two] = [tab(), tab()];
  one.listen();
  two.listen();
  await turn();
  one.sources[0]?.say(changed);
  expect([one, two].map(({ onResync }) => onResync.mock.calls.length)).toEqual([0, 0]);
  one.sources[0]?.say({ type: "resync" });
  expect([one, two].map(({ onResync }) => onResync.mock.calls.length)).toEqual([1, 1]);
});

test("a broken connection that the browser makes again is left to it", async () => {
  const one = browser().tab();
  one.listen();
  await turn();
  for (let tries = 0; tries < 10; tries++) {
    one.sources[0]?.fail(0);
    await vi.advanceTimersByTimeAsync(2 * limits.eventBeat);
  }
  expect(one.sources).toHaveLength(1);
  expect(one.onRefused).not.toHaveBeenCalled();
});

test("a connection that has died without a word is made again; one that beats is left alone", async () => {
  const one = browser().tab();
  one.listen();
  await turn();
  one.sources[0]?.say({ type: "resync" });
  for (let beats = 0; beats < 10; beats++) {
    await vi.advanceTimersByTimeAsync(limits.eventBeat + 5_000);
    one.sources[0]?.beat();
  }
  expect(one.sources).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2.5 * limits.eventBeat);
  expect(one.sources[0]?.readyState).toBe(2);
  expect(one.onRefused).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(one.sources).toHaveLength(2);
  one.sources[1]?.say({ type: "resync" });
  await vi.advanceTimersByTimeAsync(2 * limits.eventBeat);
  // A beat that comes late after all is of no connection any more.
  one.sources[0]?.beat();
  await vi.advanceTimersByTimeAsync(0.5 * limits.eventBeat);
  expect(one.sources[1]?.readyState).toBe(2);
});

test.each([
  ["was never heard of", () => undefined],
  ["broke and the browser makes again", (one: Tab) => one.sources[0]?.fail(0)],
])("a connection that %s is made again when nothing comes of it", async (_, begin) => {
  const one = browser().tab();
  one.listen();
  await turn();
  begin(one);
  await vi.advanceTimersByTimeAsync(2.5 * limits.eventBeat + 1_000);
  expect(one.sources[0]?.readyState).toBe(2);
  expect(one.sources).toHaveLength(2);
});

test("the end of the sign-in closes the connection and asks who is signed in now", async () => {
  const one = browser().tab();
  one.listen();
  await turn();
  one.onRefused.mockImplementation(() => {
    one.world.user = null;
    one.feed.refresh();
    return Promise.resolve();
  });
  one.sources[0]?.say({ type: "session.ended" });
  expect(one.heard).toEqual([{ type: "session.ended" }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(one.live()).toBe(0);
  expect(one.sources).toHaveLength(1);
});
