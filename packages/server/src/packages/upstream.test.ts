import { describe, expect, onTestFinished, test } from "vitest";
import { stalled, startUpstream, whole } from "../testing/upstream.ts";
import { createUpstream } from "./upstream.ts";

const options = { connectTimeout: 1_000, idleTimeout: 1_000, downTime: 60_000 };
const from = (...origins: string[]) => ({
  ...options,
  hosts: { origins: new Set(origins), names: new Set<string>() },
});

async function server() {
  const upstream = await startUpstream();
  onTestFinished(() => upstream.close());
  return upstream;
}

describe("a server that does not answer", () => {
  test("fails in time, is left alone for a while, and then asked again", async () => {
    const { origin, routes, seen } = await server();
    let now = 0;
    const upstream = createUpstream({ ...from(origin), now: () => now });
    routes.set("/silent", () => undefined);
    await expect(upstream.get(`${origin}/silent`)).rejects.toThrow("cannot be reached");
    await expect(upstream.get(`${origin}/silent`)).rejects.toThrow("was down a moment ago");
    await expect.poll(() => seen.length).toBe(1);
    now = 60_001;
    routes.set("/silent", whole(Buffer.from("back")));
    expect((await upstream.get(`${origin}/silent`)).status).toBe(200);
  });

  test("but did before is asked once more before it is left alone", async () => {
    const { origin, routes } = await server();
    const upstream = createUpstream(from(origin));
    routes.set("/", whole(Buffer.from("here"))).set("/broken", (request) => request.destroy());
    await upstream.get(`${origin}/`);
    await expect(upstream.get(`${origin}/broken`)).rejects.toThrow("cannot be reached");
    expect((await upstream.get(`${origin}/`)).status).toBe(200);
    await expect(upstream.get(`${origin}/broken`)).rejects.toThrow("cannot be reached");
    await expect(upstream.get(`${origin}/broken`)).rejects.toThrow("cannot be reached");
    await expect(upstream.get(`${origin}/`)).rejects.toThrow("was down a moment ago");
  });

  test("quickly, but has before, is given more time", async () => {
    const { origin, routes } = await server();
    routes.set("/", whole(Buffer.from("here"))).set("/slow", (request, response) => {
      setTimeout(() => {
        whole(Buffer.from("late"))(request, response);
      }, 1_500);
    });
    const upstream = createUpstream({ ...from(origin), idleTimeout: 10_000 });
    await upstream.get(`${origin}/`);
    expect((await upstream.get(`${origin}/slow`)).status).toBe(200);
  });

  test("does not take others down with it", async () => {
    const { origin, routes } = await server();
    routes.set("/", whole(Buffer.from("here")));
    const upstream = createUpstream(from(origin, "http://127.0.0.1:1"));
    await expect(upstream.get("http://127.0.0.1:1/")).rejects.toThrow("cannot be reached");
    expect((await upstream.get(`${origin}/`)).status).toBe(200);
  });
});

test("an answer that pauses for too long fails", async () => {
  const { origin, routes } = await server();
  routes.set("/", stalled(Buffer.alloc(1000), 10));
  const { body } = await createUpstream(from(origin)).get(`${origin}/`);
  const read = async () => {
    for await (const part of body) expect(part.length).toBe(10);
  };
  await expect(read()).rejects.toThrow("paused for too long");
});
