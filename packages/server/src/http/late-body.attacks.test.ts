import { api } from "@portafilter/protocol";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import type { Session } from "./route.ts";
import { route } from "./route.ts";
import { fromOwnPage, platformOrigin, testApi } from "./testing/api.ts";

const fresh: Session = { userId: "ada", sessionId: "s1", isFresh: true };

/** A request whose body is held back until the test sends it; what became of its session meanwhile. */
function held(auth: "session" | "fresh", later: Session | null) {
  let session: Session | null = fresh;
  let handled = 0;
  const body = Promise.withResolvers<string>();
  const reveal = route({
    method: "POST",
    path: "/api/v1/reveal",
    operation: "reveal",
    summary: "…",
    auth,
    rateLimit: "reveal",
    body: z.strictObject({ version: z.number() }),
    reply: api.nothing,
    handle: () => {
      handled += 1;
      return Promise.resolve({});
    },
  });
  const { app } = testApi([reveal], {
    sessions: { of: () => Promise.resolve(session), recall: () => null },
  });
  const text = JSON.stringify({ version: 1 });
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(Buffer.from(text.slice(0, 1)));
      controller.enqueue(Buffer.from(await body.promise));
      controller.close();
    },
  });
  const answer = Promise.resolve(
    app.request(`${platformOrigin}/api/v1/reveal`, {
      method: "POST",
      headers: {
        ...fromOwnPage,
        "content-type": "application/json",
        "content-length": String(text.length),
      },
      body: stream,
      duplex: "half",
    }),
  );
  return {
    async finish() {
      // Longer than who asks is believed without a second look.
      await new Promise((resolve) => setTimeout(resolve, 700));
      session = later;
      body.resolve(text.slice(1));
      const { status } = await answer;
      const { error } = (await (await answer).json()) as { error?: { code: string } };
      return { status, code: error?.code, handled };
    },
  };
}

test("a sign-in that ended while the body was held back does nothing any more", async () => {
  const answer = await held("session", null).finish();
  expect(answer).toEqual({ status: 401, code: "signed_out", handled: 0 });
});

test("a sign-in that is no longer fresh by then is asked for its proof", async () => {
  const answer = await held("fresh", { ...fresh, isFresh: false }).finish();
  expect(answer).toMatchObject({ code: "confirm_needed", handled: 0 });
});

test("a slow body of a sign-in that lives on is served", async () => {
  expect(await held("fresh", fresh).finish()).toMatchObject({ status: 200, handled: 1 });
});
