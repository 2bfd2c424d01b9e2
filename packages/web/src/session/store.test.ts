import { noLoads } from "@portafilter/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openSessionStore, type SessionStore } from "./store.ts";
import { freeLocks, tabStorage } from "./testing.ts";

const key = "portafilter.session";
const app = "sabc";
const asker = { app, loads: noLoads };
const other = { app: "sxyz", loads: noLoads };

/** The locks of one browser: exclusive, queued, and given up when their page goes. */
function browserLocks() {
  const held = new Map<string, number>();
  const waiting: (() => void)[] = [];
  return {
    page(id: number): LockManager {
      return {
        async request(name: string, { signal }: LockOptions, callback: () => unknown) {
          while (held.has(name)) {
            signal?.throwIfAborted();
            await new Promise<void>((resolve) => {
              waiting.push(resolve);
              signal?.addEventListener("abort", () => {
                resolve();
              });
            });
          }
          held.set(name, id);
          await callback();
        },
      } as unknown as LockManager;
    },
    close(id: number) {
      for (const [name, page] of held) if (page === id) held.delete(name);
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

const open = (storage: Storage, locks: LockManager | undefined) =>
  openSessionStore({ storage: () => storage, locks, reopened: false });

beforeEach(() => {
  vi.useFakeTimers();
  // AbortSignal.timeout runs on a clock that fake timers do not move.
  vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, milliseconds);
    return controller.signal;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("one tab", () => {
  test("keeps values and grants apart by app and name", async () => {
    const store = await open(tabStorage().storage, browserLocks().page(1));
    expect(store.standing(asker, "KEY")).toBe("unknown");
    expect(store.allow(asker, "KEY", "value")).toBe(true);
    expect(store.standing(asker, "KEY")).toBe("granted");
    expect(store.read(asker, "KEY")).toBe("value");
    expect(store.standing(other, "KEY")).toBe("known");
    expect(store.read(other, "KEY")).toBeNull();
    expect(store.standing(asker, "key")).toBe("unknown");
  });

  test.each(["__proto__", "constructor", "toString"])("a secret may be called %s", async (name) => {
    const store = await open(tabStorage().storage, browserLocks().page(1));
    expect(store.standing(asker, name)).toBe("unknown");
    store.allow(asker, name, "value");
    expect(store.read(asker, name)).toBe("value");
    expect(store.standing(asker, "KEY")).toBe("unknown");
  });

  test("another value replaces the one that is kept", async () => {
    const store = await open(tabStorage().storage, browserLocks().page(1));
    store.allow(asker, "KEY", "old");
    store.allow(asker, "KEY", "new");
    expect(store.read(asker, "KEY")).toBe("new");
  });

  test("nothing can be allowed that is not there", async () => {
    const store = await open(tabStorage().storage, browserLocks().page(1));
    expect(store.allow(asker, "KEY", null)).toBe(false);
    expect(store.standing(asker, "KEY")).toBe("unknown");
  });

  test("a reload finds everything, though the old page goes a little late", async () => {
    const { storage } = tabStorage();
    const locks = browserLocks();
    (await open(storage, locks.page(1))).allow(asker, "KEY", "value");
    const reloaded = open(storage, locks.page(2));
    await vi.advanceTimersByTimeAsync(2_400);
    locks.close(1);
    expect((await reloaded).read(asker, "KEY")).toBe("value");
  });
});

describe("taking back", () => {
  test("a grant, and nothing else", async () => {
    const store = await open(tabStorage().storage, browserLocks().page(1));
    store.allow(asker, "KEY", "value");
    store.allow(other, "KEY", null);
    store.allow(asker, "OTHER", "value");
    expect(store.revoke(app, "KEY")).toBe(true);
    expect(store.entries()).toEqual([
      { name: "KEY", apps: ["sxyz"] },
      { name: "OTHER", apps: [app] },
    ]);
  });

  test("a secret, with all that was allowed for it", async () => {
    const { storage, items } = tabStorage();
    const store = await open(storage, browserLocks().page(1));
    store.allow(asker, "KEY", "canary");
    store.remove("KEY");
    expect(store.standing(asker, "KEY")).toBe("unknown");
    store.allow(other, "KEY", "again");
    expect(store.standing(asker, "KEY")).toBe("known");
    expect([...items.values()].join()).not.toContain("canary");
  });

  test("everything: the tab stays this tab, and holds nothing", async () => {
    const { storage, items } = tabStorage();
    const locks = browserLocks();
    const store = await open(storage, locks.page(1));
    store.allow(asker, "KEY", "canary");
    store.wipe();
    expect([...items.values()].join()).not.toMatch(/canary|KEY|sabc/);
    expect(store.standing(asker, "KEY")).toBe("unknown");
    expect(store.allow(asker, "KEY", "next")).toBe(true);
  });

  test("everything, though the browser takes nothing any more", async () => {
    const { storage, items } = tabStorage();
    const store = await open(storage, browserLocks().page(1));
    store.allow(asker, "KEY", "canary");
    storage.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    store.wipe();
    expect([...items.values()].join()).not.toContain("canary");
  });
});

describe("whose it is", () => {
  const names = (store: SessionStore, account: string) =>
    store.content(account)?.secrets.map(({ name }) => name) ?? [];

  test("what nobody signed in for is for any account, until one claims it; also after a reload", async () => {
    const { storage } = tabStorage();
    const store = await open(storage, freeLocks);
    store.allow(asker, "KEY", "value");
    expect([names(store, "ada"), names(store, "bob")]).toEqual([["KEY"], ["KEY"]]);
    const sent = store.content("ada");
    expect(store.claim("ada")).toBe(true);
    const reloaded = await open(storage, freeLocks);
    expect(reloaded.content("ada")).toEqual(sent);
    expect(reloaded.content("bob")).toBeNull();
    expect(reloaded.read(asker, "KEY")).toBe("value");
  });

  test("another account's claim erases it, with what was allowed, and nothing that came since", async () => {
    const { storage, items } = tabStorage();
    const store = await open(storage, freeLocks);
    store.allow(asker, "KEY", "canary");
    store.claim("ada");
    store.allow(asker, "OTHER", "value");
    expect(names(store, "bob")).toEqual(["OTHER"]);
    store.claim("bob");
    expect([...items.values()].join()).not.toMatch(/canary|KEY|ada/);
    expect(store.entries()).toEqual([{ name: "OTHER", apps: [app] }]);
    expect([names(store, "ada"), names(store, "bob")]).toEqual([[], ["OTHER"]]);
  });

  test("another value is for whom the first was, unless told otherwise", async () => {
    const store = await open(tabStorage().storage, freeLocks);
    store.allow(asker, "KEY", "value");
    store.claim("ada");
    store.allow(asker, "KEY", "new");
    expect(store.content("bob")).toBeNull();
    expect(store.content("ada")?.secrets).toEqual([{ name: "KEY", value: "new" }]);
    store.allow(other, "KEY", null, null);
    expect(store.content("bob")).toBeNull();
    store.allow(asker, "KEY", "stranger's", null);
    expect(store.content("bob")?.secrets).toEqual([{ name: "KEY", value: "stranger's" }]);
  });

  test("what is kept for an account can be erased by itself", async () => {
    const { storage, items } = tabStorage();
    const store = await open(storage, freeLocks);
    store.allow(asker, "OTHER", "value");
    const before = items.get(key);
    expect(store.disown()).toBe(false);
    expect(items.get(key)).toBe(before);
    store.remove("OTHER");
    store.allow(asker, "KEY", "canary");
    store.claim("ada");
    store.allow(asker, "OTHER", "value");
    expect(store.disown()).toBe(true);
    expect([...items.values()].join()).not.toMatch(/canary|KEY|ada/);
    expect(store.read(asker, "OTHER")).toBe("value");
  });

  test("a claim that the browser does not take changes nothing", async () => {
    const { storage } = tabStorage();
    const store = await open(storage, freeLocks);
    store.allow(asker, "KEY", "value");
    storage.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    expect(store.claim("ada")).toBe(false);
    expect(names(store, "bob")).toEqual(["KEY"]);
  });
});

describe("a record of before", () => {
  const tab = "00000000-0000-4000-8000-000000000000";
  const secrets = [{ name: "KEY", value: "value" }];
  const grants = [{ app, name: "KEY" }];
  const mergeId = "11111111-1111-4111-8111-111111111111";
  test.each([
    ["accounts", { v: 1, tab, secrets, grants }],
    ["packages counted", { v: 2, tab, mergeId, secrets, grants }],
  ])(
    "%s keeps its values, asks again, and has one id for its move until it changes",
    async (_, old) => {
      const { storage, items } = tabStorage([[key, JSON.stringify(old)]]);
      const store = await open(storage, browserLocks().page(1));
      expect(store.standing(asker, "KEY")).toBe("known");
      const id = store.content("ada")?.mergeId;
      // What was sent under the id of before had grants in it.
      expect(id).not.toBe(mergeId);
      expect(store.content("ada")).toEqual({ mergeId: id, secrets, grants: [] });
      store.allow(asker, "KEY", null);
      expect(store.read(asker, "KEY")).toBe("value");
      expect(store.content("ada")?.mergeId).not.toBe(id);
      expect(items.get(key)).toContain('"v":3');
    },
  );
});

describe("attack A11: what is allowed is for an app and what it loads", () => {
  const package1 = { name: "helper", version: "1.0", sha256: "a".repeat(64) };
  const before = { app, loads: [package1] };
  const after = { app, loads: [{ ...package1, sha256: "b".repeat(64) }] };

  test("with other packages it gets nothing, until it is allowed with those", async () => {
    const store = await open(tabStorage().storage, browserLocks().page(1));
    store.allow(before, "KEY", "value");
    for (const changed of [after, asker]) {
      expect(store.standing(changed, "KEY")).toBe("changed");
      expect(store.read(changed, "KEY")).toBeNull();
    }
    expect(store.allowedWith(app, "KEY")).toEqual(before.loads);
    store.allow(after, "KEY", null);
    expect(store.read(after, "KEY")).toBe("value");
    expect(store.standing(before, "KEY")).toBe("changed");
    expect(store.entries()).toEqual([{ name: "KEY", apps: [app] }]);
    expect(store.content("ada")?.grants).toEqual([{ ...after, name: "KEY" }]);
  });
});

describe("another tab", () => {
  test("a copy of a living tab's storage is wiped", async () => {
    const original = tabStorage();
    const locks = browserLocks();
    const first = await open(original.storage, locks.page(1));
    first.allow(asker, "KEY", "value");
    const copy = tabStorage([...original.items]);
    const opening = open(copy.storage, locks.page(2));
    await vi.advanceTimersByTimeAsync(3_100);
    const second = await opening;
    expect(second.standing(asker, "KEY")).toBe("unknown");
    expect([...copy.items.values()].join()).not.toContain("value");
    expect(first.read(asker, "KEY")).toBe("value");
  });

  test("a copy has a life of its own: its reload keeps what it was given", async () => {
    const original = tabStorage();
    const locks = browserLocks();
    await open(original.storage, locks.page(1));
    const copy = tabStorage([...original.items]);
    const opening = open(copy.storage, locks.page(2));
    await vi.advanceTimersByTimeAsync(3_100);
    (await opening).allow(asker, "KEY", "second");
    locks.close(2);
    expect((await open(copy.storage, locks.page(3))).read(asker, "KEY")).toBe("second");
  });

  test("a closed tab that is opened again begins empty", async () => {
    const { storage, items } = tabStorage();
    const locks = browserLocks();
    (await open(storage, locks.page(1))).allow(asker, "KEY", "value");
    locks.close(1);
    const ports = { storage: () => storage, locks: locks.page(2), reopened: true };
    expect((await openSessionStore(ports)).standing(asker, "KEY")).toBe("unknown");
    expect([...items.values()].join()).not.toContain("value");
  });

  test("a browser without locks cannot tell a copy, so every load begins empty", async () => {
    const { storage } = tabStorage();
    (await open(storage, undefined)).allow(asker, "KEY", "value");
    expect((await open(storage, undefined)).standing(asker, "KEY")).toBe("unknown");
  });
});

describe("storage that fails", () => {
  const tab = "00000000-0000-4000-8000-000000000000";
  const malformed: [string, string][] = [
    ["no JSON", "{"],
    ["another version", JSON.stringify({ v: 4, tab, secrets: [], grants: [] })],
    [
      "a bad name",
      JSON.stringify({ v: 1, tab, secrets: [{ name: "a b", value: "x" }], grants: [] }),
    ],
    ["more than agreed", JSON.stringify({ v: 1, tab, secrets: [], grants: [], admin: true })],
    ["an object with __proto__", '{"v":1,"__proto__":{"secrets":[],"grants":[]}}'],
  ];
  test.each(malformed)("%s counts as empty and is removed", async (_what, text) => {
    const { storage, items } = tabStorage([[key, text]]);
    const store = await open(storage, browserLocks().page(1));
    expect(store.standing(asker, "KEY")).toBe("unknown");
    expect(items.get(key)).not.toBe(text);
  });

  test("malformed while in use: fails closed", async () => {
    const { storage, items } = tabStorage();
    const store = await open(storage, browserLocks().page(1));
    store.allow(asker, "KEY", "value");
    items.set(key, "{");
    expect(store.read(asker, "KEY")).toBeNull();
    expect(store.standing(asker, "KEY")).toBe("unavailable");
  });

  test("blocked storage makes secrets unavailable", async () => {
    const blocked = () => {
      throw new DOMException("denied", "SecurityError");
    };
    const store = await openSessionStore({
      storage: blocked,
      locks: browserLocks().page(1),
      reopened: false,
    });
    expect(store.standing(asker, "KEY")).toBe("unavailable");
    expect(store.allow(asker, "KEY", "value")).toBe(false);
    expect(store.read(asker, "KEY")).toBeNull();
  });

  test("full storage keeps nothing of the new value and all of the old", async () => {
    const { storage } = tabStorage();
    const store = await open(storage, browserLocks().page(1));
    store.allow(asker, "KEY", "old");
    storage.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    expect(store.allow(asker, "KEY", "new")).toBe(false);
    expect(store.allow(asker, "OTHER", "new")).toBe(false);
    expect(store.read(asker, "KEY")).toBe("old");
    expect(store.standing(asker, "OTHER")).toBe("unknown");
  });
});
