import type { api } from "@portafilter/protocol";
import { describe, expect, test, vi } from "vitest";
import { type Client, createClient } from "../api/client.ts";
import { createAccountStore, type News } from "./session.ts";

const offers = { accounts: true, mail: false, providers: [] };
const user = { id: "u1", email: "ada@example.org", hasPassword: true, passkeys: 0 };
const stranger: api.SessionAnswer = { user: null, fresh: false, offers };
const ada: api.SessionAnswer = { user, fresh: true, offers };

const settle = () => new Promise((resolve) => setTimeout(resolve));

/** A store over a server that says `session`, or does not answer when it is null. */
function open(session: api.SessionAnswer | null) {
  const server = { session, refuse: null as string | null, signOuts: 0, questions: 0 };
  const announced: News[] = [];
  const answer = (path: unknown): Response => {
    if (path === "/api/v1/session") server.questions += 1;
    if (server.session === null) throw new TypeError("no network");
    if (path === "/api/v1/session") return Response.json(server.session);
    if (server.refuse !== null)
      return Response.json({ error: { code: server.refuse, message: "" } }, { status: 500 });
    server.signOuts += 1;
    server.session = stranger;
    return Response.json({});
  };
  const client = createClient((path) => Promise.try(answer, path));
  const store = createAccountStore(client, (news) => announced.push(news));
  return { server, store, client, announced };
}

test("is loading until the server has answered, and tells who listens", async () => {
  const { store } = open(ada);
  const listener = vi.fn();
  store.subscribe(listener);
  expect(store.get()).toEqual({ status: "loading" });
  const known = store.known();
  void store.refresh();
  expect(await known).toEqual({ status: "signed-in", user, fresh: true, offers });
  expect(listener).toHaveBeenCalledTimes(1);
});

test("the same answer again changes nothing", async () => {
  const { store } = open(ada);
  const first = await store.refresh();
  expect(await store.refresh()).toBe(first);
});

test("a server without accounts", async () => {
  const { store } = open({ ...stranger, offers: { ...offers, accounts: false } });
  expect(await store.refresh()).toEqual({ status: "off" });
});

test("a server that does not answer makes a stranger of the visitor until it does", async () => {
  const { store, server } = open(null);
  expect(await store.refresh()).toEqual({ status: "unreachable" });
  server.session = ada;
  expect((await store.refresh()).status).toBe("signed-in");
});

test("a failure later keeps what was known", async () => {
  const { store, server } = open(ada);
  await store.refresh();
  server.session = null;
  expect((await store.refresh()).status).toBe("signed-in");
});

test("signs out: the server first, then other tabs and this page", async () => {
  const { store, server, announced } = open(ada);
  await store.refresh();
  const signingOut = store.signOut();
  expect(announced).toEqual([]);
  await signingOut;
  expect(server.signOuts).toBe(1);
  expect(announced).toEqual(["signed-out"]);
  expect(store.get()).toEqual({ status: "signed-out", offers });
});

test("a sign-out that the server refuses changes nothing", async () => {
  const { store, server, announced } = open(ada);
  await store.refresh();
  server.refuse = "database_unavailable";
  await expect(store.signOut()).rejects.toMatchObject({ code: "database_unavailable" });
  expect(store.get().status).toBe("signed-in");
  expect(announced).toEqual([]);
});

test("an answer that was on its way during the sign-out does not sign in again", async () => {
  const late = Promise.withResolvers<Response>();
  let asked = 0;
  const store = createAccountStore(
    createClient(async (path) => {
      if (path !== "/api/v1/session") return Response.json({});
      asked += 1;
      return asked === 2 ? late.promise : Response.json(asked === 1 ? ada : stranger);
    }),
  );
  await store.refresh();
  const second = store.refresh();
  await store.signOut();
  late.resolve(Response.json(ada));
  await second;
  expect(store.get().status).toBe("signed-out");
});

test("hears of a sign-out in another tab at once, though the server is out of reach", async () => {
  const { store, server } = open(ada);
  await store.refresh();
  server.session = null;
  store.hear("signed-out");
  expect(store.get().status).toBe("signed-out");
});

describe("a page whose sign-in was ended", () => {
  const endedElsewhere = { status: "signed-out", offers, endedElsewhere: true };

  test("in another tab knows that it was not its own doing, also when the server says so again", async () => {
    const { store, server } = open(ada);
    await store.refresh();
    server.session = stranger;
    store.hear("signed-out");
    expect(store.get()).toEqual(endedElsewhere);
    expect(await store.refresh()).toEqual(endedElsewhere);
  });

  test("on another device knows it, until somebody signs in", async () => {
    const { store, server } = open(ada);
    await store.refresh();
    server.session = stranger;
    expect(await store.refresh()).toEqual(endedElsewhere);
    server.session = ada;
    await store.refresh();
    await store.signOut();
    expect(await store.refresh()).toEqual({ status: "signed-out", offers });
  });
});

test("tells of every end that the visitor made, and of none that came by itself", async () => {
  const { store, server, announced } = open(ada);
  const listener = vi.fn();
  store.onSignOut(listener);
  await store.refresh();
  server.session = stranger;
  store.ranOut();
  store.hear("ran-out");
  await expect.poll(() => store.get().status).toBe("signed-out");
  expect(announced).toEqual(["ran-out"]);
  expect(listener).not.toHaveBeenCalled();
  store.hear("signed-out");
  await store.signOut();
  store.ended();
  expect(listener).toHaveBeenCalledTimes(3);
});

test("tells the first who listens of an end that nobody heard", async () => {
  const { store } = open(ada);
  await store.refresh();
  store.hear("signed-out");
  const [first, second] = [vi.fn(), vi.fn()];
  store.onSignOut(first);
  store.onSignOut(second);
  expect(first).toHaveBeenCalledTimes(1);
  expect(second).not.toHaveBeenCalled();
});

test("hears of a sign-in in another tab and asks the server who it is", async () => {
  const { store, server } = open(stranger);
  await store.refresh();
  server.session = ada;
  store.hear("signed-in");
  await expect.poll(() => store.get().status).toBe("signed-in");
});

test("signing in here tells the other tabs", async () => {
  const { store, announced } = open(ada);
  expect((await store.signedIn()).status).toBe("signed-in");
  expect(announced).toEqual(["signed-in"]);
});

describe("calls that are refused because nobody is signed in", () => {
  const refused = (client: Client) =>
    client
      .send({ method: "GET", path: "/api/v1/secrets", reply: {} as never })
      .catch(() => undefined);

  test("end the sign-in when the server says so, which is asked once", async () => {
    const { store, server, client } = open(ada);
    await store.refresh();
    server.refuse = "signed_out";
    server.session = stranger;
    server.questions = 0;
    await Promise.all([refused(client), refused(client), refused(client)]);
    await expect.poll(() => store.get().status).toBe("signed-out");
    expect(server.questions).toBe(1);
  });

  test("end nothing when it says that somebody is, or says nothing; the next one asks again", async () => {
    const { store, server, client } = open(ada);
    await store.refresh();
    const listener = vi.fn();
    store.subscribe(listener);
    server.refuse = "signed_out";
    server.questions = 0;
    await refused(client);
    await settle();
    const refusing = refused(client);
    // Between the refusal and the question.
    server.session = null;
    await refusing;
    await settle();
    expect(server.questions).toBe(2);
    expect(listener).not.toHaveBeenCalled();
    server.session = stranger;
    await refused(client);
    await expect.poll(() => store.get().status).toBe("signed-out");
  });
});
