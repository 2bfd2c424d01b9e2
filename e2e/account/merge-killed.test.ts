import { api } from "@portafilter/protocol";
import type { Page, Route } from "playwright-core";
import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, snippet } from "../harness/snippet.ts";
import { keptInTab, signInHere, signOut, signUp, someone } from "./people.ts";

const { context } = useChromium();

const program = `
import streamlit as st
import pycafe

st.write("values: " + pycafe.get_secret("FIRST") + ", " + pycafe.get_secret("SECOND"))
`;
const values = { FIRST: "canary-first", SECOND: "canary-second" };
const merges = "**/api/v1/merge";

/**
 * A tab of a browser that knows somebody's account and is signed out, with two secrets typed into an app,
 * which is still there. With `leave` it has gone on to another page, which is loaded in a fraction of the time.
 */
async function typed(leave?: "leave") {
  const who = someone();
  const here = await context();
  const page = await here.newPage();
  await signUp(page, who);
  await signOut(page);
  await page.goto(snippet(program));
  for (const [name, value] of Object.entries(values)) await addAndAllow(page, name, value);
  await app(page).getByText("values: canary-first, canary-second").waitFor();
  if (leave) await page.goto(`${address()}/settings/secrets`);
  /** Ids under which the tab has sent what it holds. */
  const sent: string[] = [];
  const mergeIdOf = (text: string | null) => api.merge.parse(JSON.parse(text ?? "")).mergeId;
  here.on("request", (request) => {
    if (request.url().endsWith("/api/v1/merge")) sent.push(mergeIdOf(request.postData()));
  });
  return {
    page,
    sent,
    /** Signs in beside it, and leaves the tab with the secrets to do the rest. */
    signIn: async () => {
      const signing = await here.newPage();
      await signing.goto(`${address()}/sign-in`);
      await signInHere(signing, who);
    },
  };
}

/** Names, and how many versions of each there are in the account. */
async function stored(page: Page): Promise<Record<string, number>> {
  const answer = await page.evaluate(async (): Promise<unknown> => {
    const response = await fetch("/api/v1/secrets");
    return response.json();
  });
  const { secrets } = api.secretList.parse(answer);
  return Object.fromEntries(secrets.map(({ name, versions }) => [name, versions]));
}

/** What must be the case in the end, however often it was tried: all of it once, and nothing in the tab. */
async function expectMovedOnce(page: Page): Promise<void> {
  await expect.poll(() => keptInTab(page)).not.toContain("canary-");
  expect(await stored(page)).toEqual({ FIRST: 1, SECOND: 1 });
  // Another document in the same tab has nothing more to move.
  await page.goto(`${address()}/settings/secrets`);
  await page.getByRole("button", { name: "FIRST" }).waitFor();
  expect(await keptInTab(page)).not.toContain("canary-");
  expect(await stored(page)).toEqual({ FIRST: 1, SECOND: 1 });
}

/** Lets the server do its work; the page hears nothing of it. */
async function letDo(route: Route): Promise<void> {
  // Node knows no host below localhost.
  const url = route.request().url().replace("pycafe.localhost", "127.0.0.1");
  const headers = { ...(await route.request().allHeaders()), host: new URL(address()).host };
  expect((await route.fetch({ url, headers })).status()).toBe(200);
}

async function doAndLose(route: Route): Promise<void> {
  await letDo(route);
  await route.abort("connectionreset");
}

test("the request never leaves: the tab keeps all of it, and sends it again", async () => {
  const { page, sent, signIn } = await typed();
  let refused = 0;
  const looked = Promise.withResolvers<undefined>();
  await page.route(merges, async (route) => {
    if (refused < 2) {
      refused += 1;
      await route.abort("connectionrefused");
      return;
    }
    // The one that succeeds waits until the test has seen how things stand.
    await looked.promise;
    await route.continue();
  });
  await signIn();
  await expect.poll(() => refused).toBeGreaterThan(0);
  expect(await stored(page)).toEqual({});
  expect(await keptInTab(page)).toContain("canary-first");
  looked.resolve(undefined);
  await expectMovedOnce(page);
  expect(refused).toBe(2);
  expect(new Set(sent).size).toBe(1);
  // The app has what it was allowed, from the account and without a question.
  await page.goto(snippet(program));
  await app(page).getByText("values: canary-first, canary-second").waitFor();
  expect(await keptInTab(page)).not.toContain("canary-");
});

test("the server does it and the answer is lost: sent again under the same id, nothing is doubled", async () => {
  const { page, sent, signIn } = await typed("leave");
  await page.route(merges, doAndLose, { times: 2 });
  await signIn();
  await expectMovedOnce(page);
  expect(sent).toHaveLength(3);
  expect(new Set(sent).size).toBe(1);
});

test("reloaded before anything was sent", async () => {
  const { page, signIn } = await typed("leave");
  let held = 0;
  // Held for ever: it ends with the page.
  await page.route(
    merges,
    () => {
      held += 1;
    },
    { times: 1 },
  );
  await signIn();
  await expect.poll(() => held).toBe(1);
  await page.reload();
  await expectMovedOnce(page);
});

test("reloaded when the server has done it and before the answer is there", async () => {
  const { page, sent, signIn } = await typed("leave");
  let done = 0;
  await page.route(
    merges,
    async (route) => {
      await letDo(route);
      done += 1;
    },
    { times: 1 },
  );
  await signIn();
  await expect.poll(() => done).toBe(1);
  expect(await keptInTab(page)).toContain("canary-second");
  await page.reload();
  await expectMovedOnce(page);
  expect(sent).toHaveLength(2);
  expect(new Set(sent).size).toBe(1);
});

test("the page dies after the answer and before it erases", async () => {
  const { page, sent, signIn } = await typed("leave");
  // From here on nothing of this page reaches the tab's storage, as when it ends before it can write.
  await page.evaluate(() => {
    Storage.prototype.setItem = () => undefined;
    Storage.prototype.removeItem = () => undefined;
  });
  const answered = page.waitForResponse(merges);
  await signIn();
  expect((await answered).status()).toBe(200);
  await expect.poll(() => stored(page)).toEqual({ FIRST: 1, SECOND: 1 });
  expect(await keptInTab(page)).toContain("canary-first");
  await page.reload();
  await expectMovedOnce(page);
  expect(new Set(sent).size).toBe(1);
});

test("reloaded again and again while it is tried", async () => {
  const { page, sent, signIn } = await typed("leave");
  let lost = 0;
  await page.route(
    merges,
    async (route) => {
      await doAndLose(route);
      lost += 1;
    },
    { times: 3 },
  );
  await signIn();
  for (let n = 1; n <= 3; n++) {
    await expect.poll(() => lost).toBeGreaterThanOrEqual(n);
    await page.reload();
  }
  await expectMovedOnce(page);
  expect(new Set(sent).size).toBe(1);
});
