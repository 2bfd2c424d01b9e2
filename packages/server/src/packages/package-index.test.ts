import { expect, test } from "vitest";
import { testPackages, wheels } from "../testing/packages.ts";
import { indexPage, withoutRanges } from "../testing/upstream.ts";
import { parseIndexPage } from "./index-page.ts";

const sum = "a".repeat(64);

test("a page in HTML says the same as one in JSON", () => {
  const html = `<!DOCTYPE html><html><body>
    <a href="../files/x-1.0-py3-none-any.whl#sha256=${sum}" data-requires-python="&gt;=3.9">x-1.0-py3-none-any.whl</a>
    <a href='x-2.0-py3-none-any.whl#sha256=${sum}' data-yanked="broken">x-2.0-py3-none-any.whl</a>
    <a href="no-sum-1.0-py3-none-any.whl">no_sum-1.0-py3-none-any.whl</a>
    <a href="javascript:x#sha256=${sum}">y-1.0-py3-none-any.whl</a>
    <a href="x-1.0.tar.gz#sha256=${sum}">x-1.0.tar.gz</a></body></html>`;
  const page = parseIndexPage(html, "text/html", "http://index.test/simple/x/");
  expect(page.versions).toEqual(["1.0", "2.0"]);
  expect(page.wheels).toEqual([
    {
      filename: "x-1.0-py3-none-any.whl",
      url: "http://index.test/simple/files/x-1.0-py3-none-any.whl",
      sha256: sum,
      size: undefined,
      requiresPython: ">=3.9",
      yanked: false,
    },
    {
      filename: "x-2.0-py3-none-any.whl",
      url: "http://index.test/simple/x/x-2.0-py3-none-any.whl",
      sha256: sum,
      size: undefined,
      requiresPython: undefined,
      yanked: "broken",
    },
  ]);
});

test.for(["", "..", "a/b", "a%2fb", "a\0", "-a", "a".repeat(101), "ä"])(
  "%j is no project and is never asked for",
  async (name) => {
    const { index, upstream } = await testPackages();
    await expect(index.project(name)).rejects.toMatchObject({ code: "package_unknown" });
    expect(upstream.seen).toEqual([]);
  },
);

test("names are compared as PEP 503 does", async () => {
  const { index, upstream } = await testPackages();
  await index.project("Both");
  await index.project("both");
  expect(upstream.seen.map(({ url }) => url)).toEqual(["/simple/both/"]);
});

test("many names at once are asked for a few at a time", async () => {
  const { index, upstream } = await testPackages();
  let running = 0;
  let most = 0;
  const names = Array.from({ length: 30 }, (_, number) => `project${number}`);
  for (const name of names) {
    upstream.routes.set(`/simple/${name}/`, (request, response) => {
      most = Math.max(most, ++running);
      setTimeout(() => {
        running -= 1;
        indexPage([])(request, response);
      }, 10);
    });
  }
  await Promise.all(names.map((name) => index.project(name)));
  expect(upstream.seen).toHaveLength(30);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
});

test("large pages do not pile up in memory", async () => {
  const { index, upstream } = await testPackages();
  const versions = Array.from({ length: 60_000 }, (_, number) => `${number}`);
  for (const name of ["large", "larger"]) {
    upstream.routes.set(`/simple/${name}/`, indexPage([], versions));
  }
  const asked = async (name: string) => {
    const before = upstream.seen.length;
    await index.project(name);
    return upstream.seen.length > before;
  };
  expect(await asked("both")).toBe(true);
  expect(await asked("large")).toBe(true);
  expect(await asked("large")).toBe(false);
  // Now both do not fit: what was read longest ago goes.
  expect(await asked("larger")).toBe(true);
  expect(await asked("larger")).toBe(false);
  expect(await asked("large")).toBe(true);
});

test("an unknown project is unknown, an unreadable page unavailable", async () => {
  const { index, upstream } = await testPackages();
  upstream.routes.set("/simple/broken/", withoutRanges(Buffer.from("not JSON")));
  upstream.routes.set("/simple/failing/", (_, response) => response.writeHead(500).end());
  await expect(index.project("nothing")).rejects.toMatchObject({ code: "package_unknown" });
  await expect(index.project("failing")).rejects.toMatchObject({ code: "package_unavailable" });
  upstream.routes.set("/simple/broken/", (_, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end("{"),
  );
  await expect(index.project("broken")).rejects.toMatchObject({ code: "package_unavailable" });
});

test("a page that was read once serves while the index is away, after a restart too", async () => {
  const first = await testPackages();
  const page = await first.index.project("both");
  const second = await testPackages({ dataDir: first.dataDir });
  second.upstream.routes.clear();
  second.upstream.routes.set("/simple/both/", (_, response) => response.writeHead(503).end());
  expect(JSON.stringify(await second.index.project("both"))).toBe(JSON.stringify(page));
});

test("credentials of PIP_INDEX_URL go to the index alone, and into no log", async () => {
  const { upstream, logged } = await testPackages();
  const withName = await testPackages({
    pipIndexUrl: `${upstream.origin.replace("//", "//me:canary-pw@")}/simple`,
  });
  upstream.routes.set(
    "/simple/both/",
    indexPage([
      {
        filename: wheels.both.file,
        url: `${withName.upstream.origin}/files/${wheels.both.file}`,
        hashes: { sha256: wheels.both.sha256 },
      },
    ]),
  );
  withName.upstream.routes.delete(`/cdn/v1.0.0/full/${wheels.both.file}`);
  await withName.mirror.whole(wheels.both.sha256);
  const basic = `Basic ${Buffer.from("me:canary-pw").toString("base64")}`;
  expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual([basic]);
  const elsewhere = withName.upstream.seen.map(({ headers }) => headers.authorization);
  expect(elsewhere).toEqual([undefined, undefined]);

  await upstream.close();
  await expect(withName.index.project("other")).rejects.toMatchObject({
    code: "package_unavailable",
  });
  const text = JSON.stringify([logged, withName.logged]);
  expect(text).not.toContain("canary-pw");
  expect(text).not.toContain(basic);
});
