import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import type { FrameLocator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../harness/chromium.ts";
import { app, snippet } from "../harness/snippet.ts";
import { openWorld } from "../harness/world.ts";

/** Lets every page read its answers, whatever the request. */
const open: RequestListener = (request, response) => {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-headers", "*");
  if (request.method === "OPTIONS") response.writeHead(204).end();
  else if (request.url === "/moved") response.writeHead(302, { location: "/echo" }).end();
  else if (request.url === "/missing") response.writeHead(404).end("Not here");
  else {
    void text(request).then((body) => {
      response.end(`${request.method ?? ""} ${String(request.headers["x-mine"])} ${body}`);
    });
  }
};
/** Lets no page read its answers. */
const closed: RequestListener = (_request, response) => response.end("secret");
/** Lets every page read its answers to plain requests, and refuses all others beforehand. */
const strict: RequestListener = (request, response) => {
  response.setHeader("access-control-allow-origin", "*");
  response.writeHead(request.method === "OPTIONS" ? 403 : 200).end("plain");
};

const world = await openWorld({ "open.test": open, "closed.test": closed, "strict.test": strict });
const browser = await launchChromium();
let drawn: FrameLocator;

beforeAll(async () => {
  const page = await browser.newPage({
    proxy: { server: `http://127.0.0.1:${world.port}`, bypass: "*.localhost" },
    ignoreHTTPSErrors: true,
  });
  await page.goto(snippet(readFileSync("e2e/network/apps/clients.py", "utf8")));
  drawn = app(page);
  await drawn.getByText("Done", { exact: true }).waitFor({ timeout: 120_000 });
});
afterAll(async () => {
  await browser.close();
  await world.stop();
});

const echo = "https://open.test/echo";
const answers = {
  get: `(200, '${echo}', 'GET yes ')`,
  missing: "(404, 'https://open.test/missing', 'Not here')",
  strict: "(200, 'https://strict.test/', 'plain')",
};

test.each(["requests", "urllib", "httpx", "async httpx"])("%s", async (library) => {
  const line = async (title: string) => {
    const start = `${library} ${title}: `;
    return (await drawn.getByText(new RegExp(`^${start}`)).textContent())?.slice(start.length);
  };
  for (const [title, answer] of Object.entries(answers)) expect(await line(title)).toBe(answer);
  expect(await line("post")).toMatch(/^\(200, '.*', 'POST undefined \{"tea": ?1\}'\)$/);
  expect(await line("moved")).toMatch(/'GET undefined '\)$/);
  expect(await line("closed")).toMatch(/^\w+Error: .*closed\.test.*\(CORS\)/);
  expect(await line("strict header")).toMatch(/^\w+Error: .*strict\.test.*\(CORS\)/);
  expect(await line("unreachable")).toMatch(/^\w+Error: .*unreachable\.test.*cannot be reached/);
});
