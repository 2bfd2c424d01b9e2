import { pageHeaders, wayBackCsp } from "@portafilter/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FromServiceWorker, Header } from "../wire.ts";

const origin = "http://app1.pycafe.localhost:8080";
const platform = "http://pycafe.localhost:8080";
const file = "/_portafilter/members/x/index.html";
let onFetch: (event: unknown) => void;
/** What the app's Python answers with. */
let said: { status: number; headers: Header[]; body: string } | "error";

/** The runtime frame of run `a`, played by a test. */
const runtimeFrame = {
  id: "frame",
  type: "window",
  url: `${origin}/_portafilter/frame?run=a`,
  postMessage(message: FromServiceWorker, [port]: [MessagePort]) {
    if (message.type === "run.describe")
      port.postMessage({ pageScript: "/page.js", statics: { "/file": file } });
    else if (message.type === "sync") port.postMessage({ type: "pending" });
    else if (said === "error") port.postMessage({ type: "error", message: "broken" });
    else {
      const { body, ...start } = said;
      port.postMessage({ type: "start", ...start });
      port.postMessage({ type: "body", bytes: new TextEncoder().encode(body) });
      port.postMessage({ type: "end" });
    }
  },
};

beforeEach(async () => {
  const frames = [runtimeFrame];
  vi.stubGlobal("self", {
    location: new URL(origin),
    platformOrigin: platform,
    clients: { matchAll: () => Promise.resolve(frames), get: () => Promise.resolve(undefined) },
    addEventListener(type: string, listener: (event: unknown) => void) {
      if (type === "fetch") onFetch = listener;
    },
  });
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response("<p>file", { headers: { "content-type": "text/html" } })),
  );
  said = { status: 200, headers: [["content-type", "text/html"]], body: "<p>the app's" };
  vi.resetModules();
  await import("./main.ts");
});
afterEach(() => {
  vi.unstubAllGlobals();
});

type Asked = {
  path?: string;
  mode?: string;
  destination?: string;
  method?: string;
  body?: unknown;
};

/** What the service worker answers; undefined when it leaves that to the server. */
async function ask({ path = "/?_portafilter=a", mode = "navigate", ...rest }: Asked) {
  const { destination = "iframe", method = "GET", body = null } = rest;
  let answer: Promise<Response> | undefined;
  const request = {
    url: origin + path,
    mode,
    destination,
    method,
    headers: new Headers(),
    json: () => Promise.resolve(body),
    arrayBuffer: () => Promise.resolve(new ArrayBuffer(3)),
  };
  onFetch({
    request,
    clientId: "",
    resultingClientId: "new",
    respondWith: (made: Promise<Response>) => {
      answer = made;
    },
  });
  return answer;
}

function expectWholeSet(headers: Headers | undefined) {
  const own = Object.fromEntries(
    Object.keys(pageHeaders).map((name) => [name, headers?.get(name)]),
  );
  expect(own).toEqual(pageHeaders);
}

const secret = { type: "secret", id: "1", name: "A", reason: null };

test.each<[what: string, status: number, asked: Asked]>([
  ["a page of Python's", 200, {}],
  ["what a script fetches", 200, { mode: "cors", destination: "" }],
  ["a form that was sent", 200, { method: "POST" }],
  ["a static file", 200, { path: "/file?_portafilter=a" }],
  ["a run that is gone", 502, { path: "/?_portafilter=b" }],
  ["a frame of unknown run", 200, { path: "/" }],
  ["a blocked wait", 200, { path: "/_portafilter/sync?run=a", mode: "cors", body: secret }],
  [
    "a wait of a run that is gone",
    503,
    { path: "/_portafilter/sync?run=b", mode: "cors", body: secret },
  ],
  ["a wait that is none", 503, { path: "/_portafilter/sync?run=a", mode: "cors" }],
])(
  "%s (%i) has every header that the server puts on an app's answers",
  async (_, status, asked) => {
    const answer = await ask(asked);
    expect(answer?.status).toBe(status);
    expectWholeSet(answer?.headers);
    const policy = answer?.headers.get("content-security-policy")?.split("; ");
    expect(policy).toContain(`frame-ancestors 'self' ${platform}`);
    expect(policy).toContain("object-src 'none'");
    expect(policy).toContain("sandbox allow-scripts allow-same-origin allow-forms allow-downloads");
  },
);

test("an error of Python's does, too", async () => {
  said = "error";
  const answer = await ask({});
  expect(answer?.status).toBe(502);
  expectWholeSet(answer?.headers);
});

test("what an app says of its own answers neither replaces nor loosens any of it", async () => {
  const evil = [
    ...Object.keys(pageHeaders).map((name): Header => [name, "unsafe-none"]),
    ["content-security-policy", "frame-ancestors *"],
    ["document-isolation-policy", "isolate-and-credentialless"],
    ["cross-origin-embedder-policy", "credentialless"],
    ["clear-site-data", '"*"'],
    ["service-worker-allowed", "/"],
    ["reporting-endpoints", 'default="https://evil.test"'],
    ["x-own", "kept"],
    ["etag", '"kept"'],
  ] satisfies Header[];
  said = { status: 201, headers: [...evil, ["Content-Type", "TEXT/HTML"]], body: "<p>x" };
  const answer = await ask({});
  expectWholeSet(answer?.headers);
  const rest = [...(answer?.headers ?? [])].map(([name]) => name);
  expect(rest.filter((name) => !(name in pageHeaders)).sort()).toEqual(
    ["content-security-policy", "content-type", "etag", "x-own"].sort(),
  );
  expect(answer?.headers.get("content-security-policy")).not.toContain("*");
  expect(answer?.status).toBe(201);
  expect(await answer?.text()).toContain('<script src="/page.js" data-run="a"></script><p>x');
});

describe("attack A8: a page that stands alone", () => {
  test.each<Asked>([
    { destination: "document" },
    { destination: "document", method: "POST" },
    { destination: "document", path: "/some/page" },
    { destination: "document", path: "/_portafilter/frame?run=a" },
    { destination: "document", path: file },
    { destination: "document", path: "/_portafilter/sync" },
    { destination: "" },
    { destination: "embed" },
    { destination: "object" },
    { destination: "fencedframe" },
    { destination: "unheard-of" },
  ])("%j gets the way back to the platform, and nothing of the app", async (asked) => {
    const answer = await ask(asked);
    expect(answer?.status).toBe(404);
    expectWholeSet(answer?.headers);
    expect(answer?.headers.get("content-security-policy")).toBe(wayBackCsp(platform));
    expect(answer?.headers.get("cache-control")).toBe("no-store");
    const page = (await answer?.text()) ?? "";
    expect(page).toContain(`<a href="${platform}/">`);
    expect(page).not.toMatch(/<script|the app's/);
  });

  test("in a frame, the platform's own addresses are the server's to answer", async () => {
    expect(await ask({ path: "/_portafilter/frame?run=a" })).toBeUndefined();
    expect(await ask({ path: file, mode: "cors", destination: "script" })).toBeUndefined();
  });
});
