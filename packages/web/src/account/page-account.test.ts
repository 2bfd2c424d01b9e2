// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const server = { away: true, asked: 0 };
const visibility = vi.spyOn(document, "visibilityState", "get");

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  Object.assign(server, { away: true, asked: 0 });
  visibility.mockReturnValue("visible");
  vi.stubGlobal("fetch", () => {
    server.asked += 1;
    if (server.away) return Promise.reject(new TypeError("Failed to fetch"));
    const offers = { accounts: true, mail: false, providers: [] };
    return Promise.resolve(Response.json({ user: null, fresh: false, offers }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = async () => {
  const { pageAccount } = await import("./page-account.ts");
  const account = pageAccount();
  await account.known();
  expect(account.get().status).toBe("unreachable");
  return account;
};

test("a page that was opened while the server was away knows who is signed in within ten seconds of its return", async () => {
  const account = await open();
  await vi.advanceTimersByTimeAsync(30 * 60_000);
  expect(account.get().status).toBe("unreachable");
  server.away = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(account.get().status).toBe("signed-out");
  const { asked } = server;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toBe(asked);
});

test("a page that nobody looks at does not ask, until it is looked at", async () => {
  const account = await open();
  visibility.mockReturnValue("hidden");
  await vi.advanceTimersByTimeAsync(60_000);
  const { asked } = server;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(server.asked).toBe(asked);
  server.away = false;
  visibility.mockReturnValue("visible");
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
  expect(account.get().status).toBe("signed-out");
});
