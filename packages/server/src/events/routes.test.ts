import { api } from "@portafilter/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Session } from "../http/route.ts";
import { testApi } from "../http/testing/api.ts";
import { Problem } from "../problem.ts";
import { createEvents } from "./events.ts";
import { createEventRoutes } from "./routes.ts";

const revoked: api.AccountEvent = { type: "grant.revoked", app: "app-1", name: "KEY" };
const resync = { type: "resync" };
const ended = { type: "session.ended" };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => vi.useRealTimers());

const [yes, no] = [(): boolean => true, (): boolean => false];

/** The route over a channel that the test speaks on; `Cookie: user=<id>` is a session until `live` says no, and its token until `renewed` says so. */
async function server({ live = yes, failing = no, renewed = no } = {}) {
  let speak: ((payload: string) => void) | undefined;
  const events = await createEvents({
    listen: (_channel, on) => {
      speak = on;
      return Promise.resolve(() => Promise.resolve());
    },
  });
  const sessions = {
    lives: (): Promise<boolean> =>
      failing() ? Promise.reject(new Problem("database_unavailable")) : Promise.resolve(live()),
    of: (headers: Headers): Promise<Session | null> => {
      if (failing()) return Promise.reject(new Problem("database_unavailable"));
      const userId = /user=(\w+)/.exec(headers.get("cookie") ?? "")?.[1];
      return Promise.resolve(
        userId === undefined || !live() || renewed()
          ? null
          : { userId, sessionId: "s1", isFresh: false },
      );
    },
    recall: () => null,
  };
  const { routes, close } = createEventRoutes({ events, sessions });
  const { ask } = testApi(routes, { sessions });
  const tell = (user: string, event: object, session?: string) =>
    speak?.(JSON.stringify({ user, event, ...(session === undefined ? {} : { session }) }));
  const open = async (user = "ada") => {
    const response = await ask("GET", "/api/v1/events", { headers: { cookie: `user=${user}` } });
    return { response, ...reader(response) };
  };
  return { ask, open, tell, close };
}

function reader(response: Response) {
  const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    /** The next message: an event, a beat, or null at the end. */
    next: async (): Promise<unknown> => {
      while (!text.includes("\n\n")) {
        const part = await stream?.read();
        if (part?.done !== false) return null;
        text += part.value;
      }
      const end = text.indexOf("\n\n");
      const message = text.slice(0, end);
      text = text.slice(end + 2);
      return message === "event: beat\ndata: {}"
        ? "beat"
        : api.accountEvent.parse(JSON.parse(message.replace(/^data: /, "")));
    },
    leave: () => stream?.cancel(),
  };
}

test("a stream begins with resync, then tells what happens to this account", async () => {
  const { open, tell } = await server();
  const { response, next } = await open();
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await next()).toEqual(resync);
  tell("bob", revoked);
  tell("ada", ended, "s2");
  tell("ada", revoked);
  expect(await next()).toEqual(revoked);
});

test("only for who is signed in, from the platform's own pages", async () => {
  const { ask } = await server();
  expect((await ask("GET", "/api/v1/events")).status).toBe(401);
  const headers = { cookie: "user=ada", "sec-fetch-site": "same-site" };
  expect((await ask("GET", "/api/v1/events", { headers })).status).toBe(403);
});

test("ends with the sign-in, after saying so", async () => {
  const { open, tell } = await server();
  const { next } = await open();
  await next();
  tell("ada", revoked);
  tell("ada", ended, "s1");
  tell("ada", revoked);
  expect([await next(), await next(), await next()]).toEqual([revoked, ended, null]);
});

test("a sign-in that ended unheard is noticed within a minute", async () => {
  let lives = true;
  const { open } = await server({ live: () => lives });
  const { next } = await open();
  await next();
  lives = false;
  await vi.advanceTimersByTimeAsync(60_000);
  const rest = [await next(), await next(), await next(), await next()];
  expect(rest.filter((message) => message !== "beat")).toEqual([ended, null]);
});

test("a confirmation, which gives the sign-in another token, does not end its streams", async () => {
  let isRenewed = false;
  const { open, tell } = await server({ renewed: () => isRenewed });
  const { next } = await open();
  await next();
  isRenewed = true;
  await vi.advanceTimersByTimeAsync(50_000);
  tell("ada", revoked);
  expect([await next(), await next(), await next()]).toEqual(["beat", "beat", revoked]);
});

test("a database that does not answer does not end it", async () => {
  let fails = false;
  const { open, tell } = await server({ failing: () => fails });
  const { next } = await open();
  await next();
  fails = true;
  await vi.advanceTimersByTimeAsync(50_000);
  tell("ada", revoked);
  expect([await next(), await next(), await next()]).toEqual(["beat", "beat", revoked]);
});

test("a sign-in that ends while the stream opens gets none, and takes no place", async () => {
  let asked = 0;
  const { ask } = await server({ live: () => (asked += 1) % 2 === 1 });
  for (let n = 0; n < 25; n += 1) {
    const answer = await ask("GET", "/api/v1/events", { headers: { cookie: "user=ada" } });
    expect(answer.status).toBe(401);
  }
});

test("a beat comes every 20 seconds", async () => {
  const { open } = await server();
  const { next } = await open();
  await next();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await next()).toBe("beat");
});

test("who reads too slowly is cut off, and begins anew", async () => {
  const { open, tell } = await server();
  const slow = await open();
  for (let n = 0; n < 1000; n += 1) tell("ada", revoked);
  const got: unknown[] = [];
  for (let message = await slow.next(); message !== null; message = await slow.next()) {
    got.push(message);
  }
  expect(got.length).toBeLessThan(300);
  const again = await open();
  expect(await again.next()).toEqual(resync);
});

test("an account has 20 streams at most; one that leaves makes room", async () => {
  const { ask, open } = await server();
  const streams = [];
  for (let n = 0; n < 20; n += 1) streams.push(await open());
  const asAda = { headers: { cookie: "user=ada" } };
  const refused = await ask("GET", "/api/v1/events", asAda);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
  expect((await open("bob")).response.status).toBe(200);
  await streams[3]?.leave();
  expect((await ask("GET", "/api/v1/events", asAda)).status).toBe(200);
});

test("all end when the server stops", async () => {
  const { open, close, ask } = await server();
  const [one, two] = [await open("ada"), await open("bob")];
  close();
  expect([await one.next(), await one.next()]).toEqual([resync, null]);
  expect([await two.next(), await two.next()]).toEqual([resync, null]);
  const late = await ask("GET", "/api/v1/events", { headers: { cookie: "user=ada" } });
  expect(late.status).toBe(429);
});
