import { expect, onTestFinished, test } from "vitest";
import { bothData, testPackages, wheels } from "../testing/packages.ts";
import { indexPage, startUpstream, whole, withoutRanges } from "../testing/upstream.ts";
import { readIndexPage } from "./index-page.ts";

const sum = "a".repeat(64);

test("a page in HTML says the same as one in JSON", async () => {
  const html = `<!DOCTYPE html><html><body>
    <a href="../files/x-1.0-py3-none-any.whl#sha256=${sum}" data-requires-python="&gt;=3.9">x-1.0-py3-none-any.whl</a>
    <a href='x-2.0-py3-none-any.whl#sha256=${sum}' data-yanked="broken">x-2.0-py3-none-any.whl</a>
    <a href="no-sum-1.0-py3-none-any.whl">no_sum-1.0-py3-none-any.whl</a>
    <a href="javascript:x#sha256=${sum}">x-3.0-py3-none-any.whl</a>
    <a href="y-1.0-py3-none-any.whl#sha256=${sum}">y-1.0-py3-none-any.whl</a>
    <a href="x-1.0.tar.gz#sha256=${sum}">x-1.0.tar.gz</a></body></html>`;
  // In pieces, as it may come.
  const body = Array.from(Buffer.from(html), (byte) => Uint8Array.of(byte));
  const page = await readIndexPage(body, "text/html", "http://index.test/simple/x/", "x");
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
    await expect(index.project(name, null)).rejects.toMatchObject({ code: "package_unknown" });
    expect(upstream.seen).toEqual([]);
  },
);

test("names are compared as PEP 503 does", async () => {
  const { index, upstream } = await testPackages();
  await index.project("Both", null);
  await index.project("both", null);
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
  await Promise.all(names.map((name) => index.project(name, null)));
  expect(upstream.seen).toHaveLength(30);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
});

test("large pages do not pile up in memory: they are weighed by what they hold", async () => {
  const { index, upstream } = await testPackages();
  const names = ["long1", "long2", "long3", "long4"];
  for (const name of names) {
    const files = Array.from({ length: 5_000 }, (_, number) => ({
      filename: `${name}-${number}-py3-none-any.whl`,
      url: `http://index.test/${"x".repeat(2_000)}`,
      hashes: { sha256: sum },
    }));
    upstream.routes.set(`/simple/${name}/`, indexPage(files));
  }
  const asked = async (name: string) => {
    const before = upstream.seen.length;
    await index.project(name, null);
    return upstream.seen.length > before;
  };
  for (const name of names) expect(await asked(name)).toBe(true);
  expect(await asked("long4")).toBe(false);
  // All of them do not fit: what was read longest ago went.
  expect(await asked("long1")).toBe(true);
});

test("an unknown project is unknown, an unreadable page unavailable", async () => {
  const { index, upstream } = await testPackages();
  upstream.routes.set("/simple/broken/", withoutRanges(Buffer.from("not JSON")));
  upstream.routes.set("/simple/failing/", (_, response) => response.writeHead(500).end());
  await expect(index.project("nothing", null)).rejects.toMatchObject({ code: "package_unknown" });
  await expect(index.project("failing", null)).rejects.toMatchObject({
    code: "package_unavailable",
  });
  upstream.routes.set("/simple/broken/", (_, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end("{"),
  );
  await expect(index.project("broken", null)).rejects.toMatchObject({
    code: "package_unavailable",
  });
});

test("a page that was read once serves while the index is away, after a restart too", async () => {
  const first = await testPackages();
  const page = await first.index.project("both", null);
  const second = await testPackages({ dataDir: first.dataDir });
  second.upstream.routes.clear();
  second.upstream.routes.set("/simple/both/", (_, response) => response.writeHead(503).end());
  expect(JSON.stringify(await second.index.project("both", null))).toBe(JSON.stringify(page));
});

test("credentials of PIP_INDEX_URL go to the index alone, and into no log", async () => {
  const { upstream, logged } = await testPackages();
  const elsewhere = await startUpstream();
  onTestFinished(() => elsewhere.close());
  const withName = await testPackages({
    pipIndexUrl: `${upstream.origin.replace("//", "//me:canary-pw@")}/simple`,
    fileHosts: [elsewhere.origin],
  });
  upstream.routes.set(
    "/simple/both/",
    indexPage([
      {
        filename: wheels.both.file,
        url: `${upstream.origin}/moved/${wheels.both.file}`,
        hashes: { sha256: wheels.both.sha256 },
      },
    ]),
  );
  upstream.routes.set(`/moved/${wheels.both.file}`, (_, response) =>
    response.writeHead(302, { location: `${elsewhere.origin}/file` }).end(),
  );
  elsewhere.routes.set("/file", whole(bothData));
  withName.upstream.routes.delete(`/cdn/v1.0.0/full/${wheels.both.file}`);
  await withName.mirror.whole(wheels.both.sha256);
  const basic = `Basic ${Buffer.from("me:canary-pw").toString("base64")}`;
  expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
  for (const { seen } of [withName.upstream, elsewhere]) {
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  }

  await upstream.close();
  await expect(withName.index.project("other", null)).rejects.toMatchObject({
    code: "package_unavailable",
  });
  const text = JSON.stringify([logged, withName.logged]);
  expect(text).not.toContain("canary-pw");
  expect(text).not.toContain(basic);
});
