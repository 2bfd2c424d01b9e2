import { limits } from "@portafilter/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { route } from "./route.ts";
import { testApi } from "./testing/api.ts";

const mebibyte = 1024 * 1024;

/** A route for large bodies that is answered when the test says so. */
function holding(room: number) {
  const release = Promise.withResolvers<null>();
  let held = 0;
  const large = route({
    method: "POST",
    path: "/api/v1/large",
    operation: "large",
    summary: "…",
    auth: "none",
    rateLimit: "merge",
    body: z.strictObject({ text: z.string() }),
    maxBody: 4 * mebibyte,
    reply: z.strictObject({ length: z.number() }),
    handle: async ({ body }) => {
      held += 1;
      await release.promise;
      return { length: body.text.length };
    },
  });
  const { ask } = testApi([large], { bodyRoom: room });
  return {
    send: (length: number, user = "ada") =>
      ask("POST", "/api/v1/large", {
        body: { text: "a".repeat(length) },
        headers: { cookie: `user=${user}` },
      }),
    release: () => {
      release.resolve(null);
    },
    held: () => held,
  };
}

describe("D10: many large bodies, each of which is allowed", () => {
  test("beyond what the process has room for, they are told to come again", async () => {
    const { send, release, held } = holding(9 * mebibyte);
    const first = ["ada", "bob", "cyd", "dan"].map((user) => send(2 * mebibyte, user));
    await expect.poll(held).toBe(4);
    const late = await send(2 * mebibyte, "eve");
    expect(late.status).toBe(429);
    expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
    // An ordinary one is answered all the same.
    const small = send(limits.requestBody - 100, "eve");
    await expect.poll(held).toBe(5);
    release();
    for (const answer of [...first, small]) expect((await answer).status).toBe(200);
    expect((await send(2 * mebibyte)).status).toBe(200);
  });

  test("one person has no more than a quarter of the room, and what others need is left", async () => {
    const { send, release, held } = holding(8 * mebibyte);
    const first = send(mebibyte);
    const second = send(mebibyte - 100);
    await expect.poll(held).toBe(2);
    expect((await send(limits.valueBody)).status).toBe(429);
    const other = send(mebibyte, "bob");
    await expect.poll(held).toBe(3);
    release();
    for (const answer of [first, second, other]) expect((await answer).status).toBe(200);
    expect((await send(mebibyte)).status).toBe(200);
  });

  test("one that is refused takes no room with it", async () => {
    const { send, release } = holding(17 * mebibyte);
    release();
    for (let n = 0; n < 5; n += 1) expect((await send(4 * mebibyte)).status).toBe(413);
    expect((await send(4 * mebibyte - 100)).status).toBe(200);
  });
});
