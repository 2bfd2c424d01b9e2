import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { paths } from "@portafilter/protocol";
import { expect, onTestFinished, test } from "vitest";
import { sha256Of } from "../hash.ts";
import { appOrigin, type TestServer, testServer } from "../testing/server.ts";
import { type FakeUpstream, indexPage, startUpstream, whole } from "../testing/upstream.ts";

const html = { "content-type": "text/html" };
const json = { "content-type": "application/vnd.pypi.simple.v1+json" };

/** Asks for a project's page as a visitor at this address. */
function page({ ask }: TestServer, project: string, from = "192.0.2.1"): Promise<Response> {
  const headers = { "x-forwarded-for": from };
  return ask(`${appOrigin}${paths.index}${project}/`, { headers });
}

/** Asks for a file of a project as a visitor at this address. */
function fileOf({ ask }: TestServer, project: string, from: string): Promise<Response> {
  const file = `${"0".repeat(64)}/${project.replaceAll("-", "_")}-1.0-py3-none-any.whl`;
  return ask(`${appOrigin}${paths.packages}${file}`, { headers: { "x-forwarded-for": from } });
}

async function codeOf(response: Response): Promise<string | undefined> {
  const { error } = (await response.json()) as { error?: { code: string } };
  return error?.code;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes that are in use, when all that can be thrown away is gone. */
function heldNow(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function another(): Promise<FakeUpstream> {
  const upstream = await startUpstream();
  onTestFinished(() => upstream.close());
  return upstream;
}

/** A wheel of a project, as its page lists it when it lies on this server. */
function listed(name: string, data: Uint8Array, origin: string, more: object = {}) {
  const filename = `${name}-1.0-py3-none-any.whl`;
  const url = `${origin}/files/${filename}`;
  const file = { filename, url, hashes: { sha256: sha256Of(data) }, ...more };
  return { file, path: `/files/${filename}`, asked: `${sha256Of(data)}/${file.filename}` };
}

test("attack D10: one visitor's 2,000 made-up names keep no other waiting", async () => {
  const server = await testServer();
  const { upstream } = server;
  upstream.routes.set("/simple/wanted/", indexPage([]));
  const names = Array.from({ length: 2000 }, (_, number) => `made-up-${number}`);
  // Through both doors: pages, and files whose pages would have to be asked for.
  const asked = names.map((name, number) =>
    number % 2 === 0 ? page(server, name, "192.0.2.1") : fileOf(server, name, "192.0.2.1"),
  );
  const wanted = page(server, "wanted", "198.51.100.1");
  expect((await wanted).status).toBe(200);
  const before = upstream.seen.findIndex(({ url }) => url === "/simple/wanted/");
  expect(before).toBeLessThan(30);

  const answers = await Promise.all(asked);
  const late = answers.filter(({ status }) => status === 429);
  expect(late.length).toBeGreaterThan(1500);
  for (const { headers } of late) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  const codes = await Promise.all(answers.map(codeOf));
  expect(new Set(codes)).toEqual(new Set(["rate_limited", "package_busy", "package_unknown"]));
  expect(upstream.seen.length).toBeLessThan(150);
});

test("attack D10: whoever has a /48 of IPv6 is one visitor, not 65,536", async () => {
  const server = await testServer();
  server.upstream.routes.set("/simple/wanted/", indexPage([]));
  const asked = Array.from({ length: 2000 }, (_, number) =>
    page(server, `made-up-${number}`, `2001:db8:1:${number.toString(16)}::1`),
  );
  expect((await page(server, "wanted", "198.51.100.1")).status).toBe(200);
  await Promise.all(asked);
  expect(server.upstream.seen.length).toBeLessThan(150);
});

test("attack D10: names that are not there are asked for once, malformed ones never", async () => {
  const server = await testServer();
  for (const name of ["nothing", "Nothing", "no_thing", "no.-_thing", "nothing"]) {
    expect(await codeOf(await page(server, name))).toBe("package_unknown");
  }
  for (const name of ["a".repeat(5000), "%2e%2e", "-".repeat(5000), "a%20b"]) {
    expect((await page(server, name)).status).toBe(404);
  }
  expect(server.upstream.seen.map(({ url }) => url)).toEqual([
    "/simple/nothing/",
    "/simple/no-thing/",
  ]);
});

test.each<[string, Record<string, string>, () => string]>([
  ["1.2 MB of <a", html, () => "<a ".repeat(400_000)],
  ["a million attributes", html, () => `<a ${Array.from({ length: 1e6 }, (_, n) => n).join(" ")}>`],
  ["elements in each other", html, () => "<b>".repeat(2e6) + "</i>".repeat(1e6)],
  ["links in each other", html, () => "<a href=x>".repeat(1e6)],
  ["brackets", json, () => `{"files":${"[".repeat(7e6)}${"]".repeat(7e6)}}`],
  ["objects", json, () => `{"files":[${"{},".repeat(5e6)}{}]}`],
  ["keys", json, () => `{${Array.from({ length: 1e6 }, (_, n) => `"${n}":1`).join(",")}}`],
  ["files", json, () => `{"files":[${'{"filename":"","url":"","hashes":{}},'.repeat(6e4)}0]}`],
  ["20 MB", html, () => " ".repeat(20e6)],
])("attack D10: a page of %s is refused, and asked for once", async (_, type, body) => {
  const server = await testServer();
  const text = body();
  server.upstream.routes.set("/simple/hard/", (_, response) => {
    response.writeHead(200, type).end(text);
  });
  for (let times = 0; times < 2; times += 1) {
    expect(await codeOf(await page(server, "hard"))).toBe("package_unavailable");
  }
  expect(server.upstream.seen).toHaveLength(1);
});

test("attack D19: files on hosts that are not the index's own are not fetched", async () => {
  const server = await testServer();
  const inside = await another();
  const data = Buffer.from("what only this network may read");
  const wheel = listed("stolen", data, inside.origin);
  inside.routes.set(wheel.path, whole(data));
  server.upstream.routes.set("/simple/stolen/", indexPage([wheel.file]));
  await page(server, "stolen");
  const response = await server.ask(`${appOrigin}${paths.packages}${wheel.asked}`);
  expect(await codeOf(response)).toBe("package_unavailable");
  expect(inside.seen).toEqual([]);
  const told = server.logged.filter(({ level }) => level === "warn").map(({ text }) => text);
  expect(told.join()).toContain("PACKAGE_FILE_HOSTS");
});

test("attack D19: redirects of pages and files to other hosts are not followed", async () => {
  const server = await testServer();
  const inside = await another();
  const data = Buffer.from("what only this network may read");
  const wheel = listed("stolen", data, server.upstream.origin);
  inside.routes.set("/", whole(data)).set("/page", indexPage([]));
  server.upstream.routes
    .set("/simple/stolen/", indexPage([wheel.file]))
    .set(wheel.path, (_, response) => response.writeHead(302, { location: inside.origin }).end())
    .set("/simple/moved/", (_, response) =>
      response.writeHead(301, { location: `${inside.origin}/page` }).end(),
    );
  await page(server, "stolen");
  const file = await server.ask(`${appOrigin}${paths.packages}${wheel.asked}`);
  expect(await codeOf(file)).toBe("package_unavailable");
  expect(await codeOf(await page(server, "moved"))).toBe("package_unavailable");
  expect(inside.seen).toEqual([]);
});

test("attack G2: a project that lists another's sha256 takes nothing from it", async () => {
  const server = await testServer({ packages: { listedMaxBytes: 1_000_000 } });
  const { upstream } = server;
  const data = Buffer.from("the right wheel");
  const right = listed("right", data, upstream.origin);
  const fetched = async (asked: string) => {
    const response = await server.ask(`${appOrigin}${paths.packages}${asked}`);
    return response.status === 200 ? response.text() : response.status;
  };
  const moved = { url: `${upstream.origin}/evil`, size: 1 };
  const alike = listed("evil", data, upstream.origin, moved);
  const samePage = [{ ...right.file, ...moved }, alike.file];
  upstream.routes
    .set("/simple/right/", indexPage([right.file]))
    .set("/simple/evil/", indexPage(samePage))
    .set(right.path, whole(data))
    .set("/evil", whole(Buffer.from("the wrong wheel")));
  await page(server, "right");
  const offered = (await (await page(server, "evil")).json()) as { files: { filename: string }[] };
  expect(offered.files.map(({ filename }) => filename)).toEqual(["evil-1.0-py3-none-any.whl"]);
  // Asked for together, they share no fetch either.
  const [evil, good] = await Promise.all([fetched(alike.asked), fetched(right.asked)]);
  expect([evil, good]).toEqual([502, data.toString()]);
  await page(server, "evil");
  expect(await fetched(right.asked)).toBe(data.toString());
});

test.each<[string, Record<string, string>, (name: string) => string]>([
  [
    "JSON",
    json,
    (filename) =>
      `{"files":[{"filename":"${filename}","url":"x","hashes":{"sha256":"${"a".repeat(64)}"},"yanked":"${"y".repeat(8e6)}"}]}`,
  ],
  [
    "HTML",
    html,
    (filename) =>
      `<a href="x#sha256=${"a".repeat(64)}" data-yanked="${"y".repeat(8e6)}">${filename}</a>`,
  ],
])("attack D10: of a %s page no more is kept than what is used", async (_, type, body) => {
  const server = await testServer();
  const before = heldNow();
  for (let number = 0; number < 10; number += 1) {
    const path = `/simple/p${number}/`;
    const text = body(`p${number}-1.0-py3-none-any.whl`);
    server.upstream.routes.set(path, (_, response) => response.writeHead(200, type).end(text));
    const { files } = (await (await page(server, `p${number}`)).json()) as { files: object[] };
    expect(files).toHaveLength(1);
    server.upstream.routes.delete(path);
  }
  // The last page or two may still be on their way out.
  await expect.poll(() => heldNow() - before).toBeLessThan(40e6);
});

test("attack D10: answers that nobody reads take no page each", async () => {
  const server = await testServer();
  const files = Array.from({ length: 8000 }, (_, number) => ({
    filename: `p-1.${number}-py3-none-any.whl`,
    url: "x",
    hashes: { sha256: `${number}`.padStart(64, "0") },
  }));
  server.upstream.routes.set("/simple/p/", indexPage(files, ["1.0"]));
  const whole = (await (await page(server, "p")).json()) as { files: object[]; versions: string[] };
  expect([whole.files.length, whole.versions]).toEqual([8000, ["1.0"]]);
  const before = heldNow();
  const unread: Response[] = [];
  for (let times = 0; times < 100; times += 1) unread.push(await page(server, "p"));
  expect(heldNow() - before).toBeLessThan(30e6);
  for (const { body } of unread) await body?.cancel();
});
