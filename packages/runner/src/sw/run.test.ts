import { afterEach, beforeEach, expect, test, vi } from "vitest";

const origin = "http://app1.pycafe.localhost:8080";
type Page = { id: string; type: string; url: string; says?: string };
let pages: Page[];
let findRun: typeof import("./run.ts")["findRun"];

beforeEach(async () => {
  pages = [];
  const client = ({ says, ...page }: Page) => ({
    ...page,
    postMessage: (question: { type: string }, [port]: [MessagePort]) => {
      if (question.type === "run.which" && says !== undefined) port.postMessage(says);
      else throw new Error("nobody answers");
    },
  });
  vi.stubGlobal("self", {
    location: new URL(origin),
    clients: {
      matchAll: () => Promise.resolve(pages.filter(({ type }) => type === "window").map(client)),
      get: (id: string) => Promise.resolve(pages.filter((page) => page.id === id).map(client)[0]),
    },
  });
  // Begins as a service worker does that was just started: knowing nothing.
  vi.resetModules();
  ({ findRun } = await import("./run.ts"));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const frame = (run: string): Page => ({
  id: `frame of ${run}`,
  type: "window",
  url: `${origin}/_portafilter/frame?run=${run}`,
});
const page = (run: string): Page => ({
  id: `page of ${run}`,
  type: "window",
  url: `${origin}/`,
  says: run,
});

async function find(request: { from?: string; to?: string; path?: string; mode?: string }) {
  const { from = "", to = "", path = "/x", mode = "cors" } = request;
  const event = { clientId: from, resultingClientId: to, request: { mode } } as FetchEvent;
  const found = await findRun(event, new URL(path, origin));
  return found instanceof Response ? found.status : found;
}

test("the address of the first page names its run, and what that page asks for belongs to it", async () => {
  pages = [frame("a"), frame("b")];
  expect(await find({ path: "/?_portafilter=a", to: "new", mode: "navigate" })).toBe("a");
  expect(await find({ from: "new" })).toBe("a");
  expect(await find({ from: "new", to: "next", mode: "navigate" })).toBe("a");
  expect(await find({ from: "next" })).toBe("a");
});

test("a service worker that was restarted asks the page, of two tabs as of one", async () => {
  pages = [frame("a"), page("a"), frame("b"), page("b")];
  expect(await find({ from: "page of b" })).toBe("b");
  // A form sent by POST would lose its body on any detour.
  expect(await find({ from: "page of a", to: "next", mode: "navigate" })).toBe("a");
  expect(await find({ from: "next" })).toBe("a");
});

test("a page whose runtime is gone is not served by another tab's", async () => {
  pages = [page("a"), frame("b")];
  expect(await find({ from: "page of a" })).toBe("a");
});

test("who cannot be asked gets the only run there is, or none", async () => {
  const worker = { id: "worker", type: "worker", url: `${origin}/w.js` };
  const inline = { id: "inline", type: "window", url: "about:srcdoc" };
  for (const from of ["worker", "inline"]) {
    pages = [frame("a"), worker, inline];
    expect(await find({ from })).toBe("a");
    pages.push(frame("b"));
    expect(await find({ from })).toBe(503);
  }
});

test("a navigation out of nowhere, such as another app's, gets into no run by itself (B3)", async () => {
  pages = [frame("a")];
  expect(await find({ to: "intruder", mode: "navigate" })).toBe(200);
});
