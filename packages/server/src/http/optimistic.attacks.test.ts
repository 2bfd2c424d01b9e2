import { api } from "@portafilter/protocol";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { Problem } from "../problem.ts";
import type { MountPorts } from "./mount.ts";
import { route, type Session } from "./route.ts";
import { testApi } from "./testing/api.ts";

const path = "/api/v1/value";

/** A route whose sign-in comes from memory: the database knows Ada's token no more, or still. */
function scene(stands: boolean) {
  const state = { remembered: true, counted: 0, handled: 0 };
  const ada: Session = { userId: "ada", sessionId: "s1", isFresh: false };
  const refuse = () => {
    state.remembered = false;
    return new Problem("signed_out");
  };
  const sessions: MountPorts["sessions"] = {
    recall: () => (state.remembered ? { ...ada, unconfirmed: { tokenHash: "00", refuse } } : null),
    of: () => {
      if (!stands) state.remembered = false;
      return Promise.resolve(stands ? ada : null);
    },
  };
  const byUser = () => {
    state.counted += 1;
    return state.counted > 2
      ? Promise.reject(new Problem("rate_limited", { retryAfter: 1 }))
      : Promise.resolve();
  };
  const value = route({
    method: "POST",
    path,
    operation: "takeValue",
    summary: "For this test.",
    auth: "optimistic",
    rateLimit: "use",
    body: z.strictObject({ name: z.string() }),
    reply: z.strictObject({ value: z.string() }),
    handle: ({ session }) => {
      state.handled += 1;
      if (!stands) throw session.unconfirmed?.refuse() ?? new Problem("signed_out");
      return Promise.resolve({ value: "v" });
    },
  });
  const limits = { byAddress: () => Promise.resolve(), byUser };
  const { ask } = testApi([value], { sessions, limits });
  const codeOf = async (body: unknown, headers: Record<string, string> = {}) => {
    const answer = (await (await ask("POST", path, { body, headers })).json()) as {
      error?: { code: string };
    };
    return answer.error?.code;
  };
  return { state, codeOf };
}

const failing: [what: string, body: unknown, headers?: Record<string, string>][] = [
  ["no body that is declared", {}],
  ["no JSON", "{"],
  ["another account's name", { name: "KEY" }, { [api.accountHeader]: "bob" }],
  ["what is declared", { name: "KEY" }],
];

test.each(failing)(
  "D4: an ended sign-in with %s is told that it is one, and counts once",
  async (_, body, headers) => {
    const { state, codeOf } = scene(false);
    for (let n = 0; n < 5; n += 1) expect(await codeOf(body, headers)).toBe("signed_out");
    expect(state.counted).toBe(1);
    expect(state.handled).toBeLessThan(2);
  },
);

test("D4: ended sign-ins that come at once are told so, too, when the limit is reached", async () => {
  const { codeOf } = scene(false);
  const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf({ name: "KEY" })));
  expect(codes).toEqual(Array(10).fill("signed_out"));
});

test("who is signed in is told what is wrong", async () => {
  const { state, codeOf } = scene(true);
  expect(await codeOf({})).toBe("bad_request");
  expect(await codeOf({ name: "KEY" })).toBeUndefined();
  expect(await codeOf({ name: "KEY" })).toBe("rate_limited");
  expect(state).toEqual({ remembered: true, counted: 3, handled: 1 });
});
