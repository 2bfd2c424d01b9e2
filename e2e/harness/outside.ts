import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll } from "vitest";
import { openWorld } from "./world.ts";

type Request = Readonly<Record<"method" | "path" | "authorization" | "body", string>>;

/** Stands for the world outside of this machine, of which only `host` is there. */
export type Outside = {
  readonly port: number;
  /** What has been asked of `host`, preflights left out. */
  readonly requests: Request[];
  /** What every request is answered with, as JSON. */
  reply: unknown;
};

/** One for the file, as new at the beginning of each test; see `useChromium`. */
export function useOutside(host: string): () => Outside {
  let made: Awaited<ReturnType<typeof create>> | undefined;
  beforeAll(async () => {
    made = await create(host);
  });
  afterEach(() => {
    made?.requests.splice(0);
    if (made) made.reply = null;
  });
  afterAll(() => made?.stop());
  return () => {
    if (!made) throw new Error("The world outside has not been made yet.");
    return made;
  };
}

/** A world for browsers whose requests cannot be routed from the test. */
async function create(host: string) {
  const outside: Omit<Outside, "port"> = { requests: [], reply: null };
  return Object.assign(outside, await openWorld({ [host]: answerFor(outside) }));
}

function answerFor(outside: Omit<Outside, "port">): RequestListener {
  const headers = {
    "access-control-allow-origin": "*",
    // A star does not cover this one.
    "access-control-allow-headers": "authorization, *",
    "access-control-allow-methods": "*",
  };
  return (request, response) => {
    if (request.method === "OPTIONS") {
      response.writeHead(204, headers).end();
      return;
    }
    const { method = "", url: path = "" } = request;
    void text(request).then((body) => {
      const { authorization = "" } = request.headers;
      outside.requests.push({ method, path, authorization, body });
      response.writeHead(200, { ...headers, "content-type": "application/json" });
      response.end(JSON.stringify(outside.reply));
    });
  };
}
