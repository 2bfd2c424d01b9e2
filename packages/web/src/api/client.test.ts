import { api } from "@portafilter/protocol";
import { expect, test, vi } from "vitest";
import { ApiError } from "./api-error.ts";
import { createClient } from "./client.ts";

const canary = "CANARY-9f2c";
const json = (body: unknown, init?: ResponseInit) => new Response(JSON.stringify(body), init);
const refuse = (status: number, code: string, init: ResponseInit = {}, id?: string) =>
  json({ error: { code, message: "m", ...(id !== undefined && { id }) } }, { ...init, status });

const clientThat = (answer: () => Response | Promise<Response>) => {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => answer());
  return { fetch, ...createClient(fetch) };
};
const reveal = {
  method: "POST",
  path: "/api/v1/secrets/s1/reveal",
  body: { value: canary },
  reply: api.secretAnswer,
} as const;

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error("no ApiError", { cause: error });
  expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain(canary);
  return error;
}

test("sends JSON to its own origin, follows no redirect, and returns what the schema lets through", async () => {
  const { fetch, send } = clientThat(() => json({ value: "v" }));
  expect(await send(reveal)).toEqual({ value: "v" });
  expect(fetch.mock.calls[0]?.[0]).toBe("/api/v1/secrets/s1/reveal");
  expect(fetch.mock.calls[0]?.[1]).toMatchObject({
    method: "POST",
    credentials: "same-origin",
    redirect: "error",
    cache: "no-store",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ value: canary }),
  });
});

test("a call without a body names no content type", async () => {
  const { fetch, send } = clientThat(() => json({}));
  await send({ method: "GET", path: "/api/v1/x", reply: api.nothing });
  expect(fetch.mock.calls[0]?.[1]).not.toHaveProperty("body");
  expect(fetch.mock.calls[0]?.[1]?.headers).toEqual({ accept: "application/json" });
});

test("a refusal carries its code, the id to quote and when to try again", async () => {
  const { send } = clientThat(() =>
    refuse(429, "rate_limited", { headers: { "retry-after": "90" } }, "r-7"),
  );
  expect(await failureOf(send(reveal))).toMatchObject({
    code: "rate_limited",
    id: "r-7",
    retryAfter: 90,
  });
});

test.each([
  ["no number", "soon", null],
  ["a date", "Wed, 25 Nov 2026 10:00:00 GMT", null],
  ["years", "999999999", 86_400],
  ["negative", "-1", null],
])("Retry-After that is %s", async (_what, header, seconds) => {
  const { send } = clientThat(() =>
    refuse(429, "rate_limited", { headers: { "retry-after": header } }),
  );
  expect((await failureOf(send(reveal))).retryAfter).toBe(seconds);
});

test.each(["nobody_knows", "__proto__", "constructor", "toString"])(
  "a code this page does not know (%s) is internal",
  async (code) => {
    const { send } = clientThat(() => refuse(400, code));
    expect((await failureOf(send(reveal))).code).toBe("internal");
  },
);

test.each([
  ["no answer at all", () => Promise.reject(new TypeError(`failed ${canary}`)), "unreachable"],
  ["a page of a proxy", () => new Response(`<h1>${canary}`, { status: 502 }), "unreachable"],
  ["a page in place of JSON", () => new Response(`<h1>${canary}`), "internal"],
  ["broken JSON", () => new Response(`{"value": "${canary}`), "internal"],
  ["more than agreed", () => json({ value: canary, more: canary }), "outdated"],
  ["another type", () => json({ value: [canary] }), "outdated"],
  ["a refusal of another shape", () => json({ problem: canary }, { status: 400 }), "internal"],
])("%s", async (_what, answer, code) => {
  const { send } = clientThat(answer);
  expect((await failureOf(send(reveal))).code).toBe(code);
});

test("an answer that breaks off counts as none", async () => {
  const { send } = clientThat(() => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new TypeError("network error"));
      },
    });
    return new Response(body);
  });
  expect((await failureOf(send(reveal))).code).toBe("unreachable");
});

test("who gives up hears the reason given, not a failure of the server", async () => {
  const giveUp = new AbortController();
  const { send } = clientThat(() => {
    giveUp.abort(new Error("gone"));
    return Promise.reject(new DOMException("aborted", "AbortError"));
  });
  await expect(send({ ...reveal, signal: giveUp.signal })).rejects.toThrow("gone");
});

test("names the account it speaks for, or the one that a call is meant for", async () => {
  const { fetch, send, speakFor } = clientThat(() => json({ value: "v" }));
  const named = async (account?: string) => {
    await send({ ...reveal, ...(account !== undefined && { account }) });
    return new Headers(fetch.mock.lastCall?.[1]?.headers).get("portafilter-account");
  };
  expect(await named()).toBeNull();
  let user: string | null = "ada";
  speakFor(() => user);
  expect(await named()).toBe("ada");
  expect(await named("bob")).toBe("bob");
  user = null;
  expect(await named()).toBeNull();
});

test.each([
  [401, "signed_out"],
  [409, "other_account"],
])("tells who listens that %s %s puts in doubt who is signed in", async (status, code) => {
  const { send, onDoubt } = clientThat(() => refuse(status, code));
  const listener = vi.fn();
  const stop = onDoubt(listener);
  await failureOf(send(reveal));
  stop();
  await failureOf(send(reveal));
  expect(listener).toHaveBeenCalledTimes(1);
});
