import { gunzipSync } from "node:zlib";
import { manifest, paths, wayBackCsp } from "@portafilter/protocol";
import { describe, expect, test } from "vitest";
import { sha256Of } from "../hash.ts";
import { bothData, wheels } from "../testing/packages.ts";
import { appOrigin, platform, testServer } from "../testing/server.ts";
import { flipped, indexPage, whole } from "../testing/upstream.ts";
import { manifestElement } from "./manifest.ts";

const tool = wheels.tool.sha256;
const member = `${appOrigin}${paths.members}${tool}/micropip/package_index.py`;
const both = `${appOrigin}${paths.packages}${wheels.both.sha256}/${wheels.both.file}`;

async function manifestOf(ask: (url: string) => Promise<Response>) {
  const page = await (await ask(appOrigin + paths.frame)).text();
  const json = /<script type="application\/json" id="manifest">(.*?)<\/script>/.exec(page)?.[1];
  return manifest.parse(JSON.parse(json ?? ""));
}

describe("the runtime frame", () => {
  test("carries a manifest whose addresses all lead somewhere", async () => {
    const name = "streamlit-0123456789abcdef";
    const current = {
      streamlit: {
        key: "k",
        image: `${name}.bin`,
        tree: `${name}.json`,
        pack: `${name}.pack`,
        bytes: 5,
      },
    };
    const { ask } = await testServer({
      snapshots: {
        "current.json": JSON.stringify(current),
        [`${name}.bin`]: "image",
        [`${name}.json`]: "{}",
      },
    });
    const found = await manifestOf(ask);
    expect(found.platformOrigin).toBe(platform);
    const { url, tree, bytes } = found.snapshots.streamlit ?? {};
    expect(bytes).toBe(5);
    const addresses = [
      found.lock,
      found.runtime,
      `${found.pyodide}pyodide.asm.wasm`,
      `${paths.runner}${found.version}/worker.js`,
      url,
      tree,
    ];
    for (const address of addresses) {
      const response = await ask(`${appOrigin}${address}`);
      expect([address, response.status]).toEqual([address, 200]);
      expect(response.headers.get("cache-control")).toContain("immutable");
    }
    expect(Object.keys(found.statics.streamlit ?? {})).toContain("/static/");
  });

  test("nothing in the manifest can end its element", () => {
    const element = manifestElement({
      ...({ v: 1, version: "", pyodide: "", lock: "", runtime: "", snapshots: {} } as const),
      platformOrigin: "</script><script>alert(1)</script><!--\u2028",
      statics: {},
    });
    // The manifest's own element and that of the frame's script.
    expect(element.match(/<\/?script/g)).toHaveLength(4);
    expect(element).not.toContain("<!--");
  });

  test("wasm has the type that streaming compilation wants", async () => {
    const { ask } = await testServer();
    const { pyodide } = await manifestOf(ask);
    const wasm = await ask(`${appOrigin}${pyodide}pyodide.asm.wasm`);
    expect(wasm.headers.get("content-type")).toBe("application/wasm");
  });

  test("the lock is in Pyodide's format and its files are at the mirror's address", async () => {
    const { ask } = await testServer();
    const found = (await (await ask(appOrigin + (await manifestOf(ask)).lock)).json()) as {
      packages: Record<string, { file_name: string; sha256: string }>;
    };
    const entry = found.packages.streamlit;
    expect(entry?.sha256).toBe(wheels.both.sha256);
    const response = await ask(`${appOrigin}${paths.packages}${entry?.file_name ?? ""}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bothData)).toBe(true);
  });
});

describe("B2: only the platform's service worker", () => {
  test("is served as one, for the whole origin, and never from a cache", async () => {
    const { ask } = await testServer();
    const asked = { headers: { "service-worker": "script" } };
    const response = await ask(appOrigin + paths.serviceWorker, asked);
    expect(response.status).toBe(200);
    expect(response.headers.get("service-worker-allowed")).toBe("/");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(response.headers.get("content-type")).toContain("text/javascript");
  });

  test.for([
    "/evil.js",
    paths.frame,
    `${paths.members}${tool}/micropip/package_index.py`,
    `${paths.packages}${wheels.both.sha256}/${wheels.both.file}`,
    `${paths.runner}0/worker.js`,
    "/_portafilter/sw.js/",
    "/_portafilter/SW.js",
    "/_portafilter/%73w.js",
    "//_portafilter/sw.js",
  ])("%s is not", async (path) => {
    const { ask } = await testServer();
    const asked = { headers: { "service-worker": "script" } };
    expect((await ask(appOrigin + path, asked)).status).toBe(403);
  });
});

test("the service worker is told where the platform is, before anything else", async () => {
  const { ask } = await testServer();
  const script = await (await ask(appOrigin + paths.serviceWorker)).text();
  expect(script.split("\n")[0]).toBe(`self.platformOrigin="${platform}";`);
});

test.for([paths.frame, member, paths.serviceWorker, both, "/"])(
  "attack A8: in a tab of its own %s is the way back to the platform",
  async (where) => {
    const { ask } = await testServer();
    const url = new URL(where, appOrigin).href;
    const alone = await ask(url, { headers: { "sec-fetch-dest": "document" } });
    expect(alone.status).toBe(404);
    expect(alone.headers.get("content-security-policy")).toBe(wayBackCsp(platform));
    expect(await alone.text()).toContain(`<a href="${platform}/">`);
  },
);

describe("tricks with paths", () => {
  test.for([
    "..%2f..%2f..%2fetc/passwd",
    "../../../../etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd",
    "micropip/..%2fmicropip/package_index.py",
    "micropip/package_index.py%00",
    "micropip/package_index.py/",
    "micropip%5cpackage_index.py",
    "/micropip/package_index.py",
    "micropip",
    "micropip/",
    "MICROPIP/package_index.py",
    "constructor",
    "__proto__",
  ])("no member is called %s", async (path) => {
    const { ask } = await testServer();
    const response = await ask(`${appOrigin}${paths.members}${tool}/${path}`);
    expect(response.status).toBe(404);
  });

  test.for([
    `${paths.packages}${wheels.both.sha256}/..%2f${wheels.both.file}`,
    `${paths.packages}${wheels.both.sha256}/${wheels.both.file}%00`,
    `${paths.packages}${wheels.both.sha256.toUpperCase()}/${wheels.both.file}`,
    `${paths.packages}..%2f..%2fetc%2fpasswd/x`,
    `${paths.snapshots}current.json`,
    `${paths.snapshots}..%2fcurrent.json`,
    `${paths.snapshots}streamlit-0123456789abcdef.bin%00`,
    `${paths.runner}0/..%2fframe.html`,
    `${paths.pyodide}0/pyodide.mjs`,
    `${paths.index}both`,
    `${paths.index}..%2f/`,
    `${paths.index}a%00b/`,
  ])("nothing is at %s", async (path) => {
    const { ask } = await testServer();
    expect((await ask(appOrigin + path)).status).toBe(404);
  });
});

describe("members of wheels", () => {
  test("come with the type of their ending and may be kept for ever", async () => {
    const { ask } = await testServer();
    const response = await ask(member);
    expect(await response.text()).toContain("class ProjectInfo");
    expect(response.headers.get("cache-control")).toContain("immutable");
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    const head = await ask(member, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(response.headers.get("content-length"));
  });

  test("travel in gzip as they lie in the wheel", async () => {
    const { ask } = await testServer({ compress: "always" });
    const response = await ask(member, { headers: { "accept-encoding": "gzip" } });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    const packed = Buffer.from(await response.arrayBuffer());
    expect(packed.length).toBe(Number(response.headers.get("content-length")));
    expect(gunzipSync(packed).toString()).toContain("class ProjectInfo");
    const plain = await ask(member, { headers: { "accept-encoding": "gzip;q=0, br" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
  });
});

describe("package files", () => {
  test("that match no source's bytes are an error of the table", async () => {
    const { ask, upstream } = await testServer();
    upstream.routes.clear();
    const response = await ask(both);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: "package_unavailable" } });
  });

  test("that turn out wrong on the way break off", async () => {
    const { ask, upstream } = await testServer();
    upstream.routes.clear();
    upstream.routes.set("/cdn/v1.0.0/full/both-1.0-py3-none-any.whl", whole(flipped(bothData, 3)));
    const response = await ask(both);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });
});

describe("the index", () => {
  const sum = (char: string) => ({ sha256: char.repeat(64) });
  const file = (filename: string, char: string) => ({
    filename,
    url: `http://elsewhere.test/${filename}`,
    hashes: sum(char),
  });

  test("lists what can run, under addresses of this very origin, and every version", async () => {
    const { ask, upstream } = await testServer();
    upstream.routes.set(
      "/simple/some-project/",
      indexPage(
        [
          file("some_project-1.0-py3-none-any.whl", "a"),
          file("some_project-1.0.tar.gz", "b"),
          file("some_project-1.0-cp314-cp314-manylinux_2_17_x86_64.whl", "c"),
          file("some_project-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl", "d"),
          file("some_project-1.0-cp312-cp312-pyemscripten_2024_0_wasm32.whl", "e"),
          file("some_project-0.1-py2-none-any.whl", "f"),
        ],
        ["0.1", "1.0", "2.0"],
      ),
    );
    const response = await ask(`${appOrigin}${paths.index}Some_Project/`);
    expect(response.headers.get("content-type")).toBe("application/vnd.pypi.simple.v1+json");
    expect(await response.json()).toMatchObject({
      name: "some-project",
      versions: ["0.1", "1.0", "2.0"],
      files: [
        { url: `${appOrigin}${paths.packages}${"a".repeat(64)}/some_project-1.0-py3-none-any.whl` },
        {
          filename: "some_project-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
          hashes: sum("d"),
        },
      ],
    });
  });

  test("opens its files, and no others, for fetching", async () => {
    const { ask, upstream } = await testServer();
    const data = Buffer.from("a wheel of the index");
    const listed = {
      filename: "extra-1.0-py3-none-any.whl",
      url: `${upstream.origin}/files/extra.whl`,
      hashes: { sha256: sha256Of(data) },
    };
    const url = `${appOrigin}${paths.packages}${sha256Of(data)}/${listed.filename}`;
    upstream.routes.set("/simple/extra/", indexPage([listed], ["1.0"]));
    upstream.routes.set("/files/extra.whl", whole(data));
    expect((await ask(url.replace("-1.0-", "-2.0-"))).status).toBe(404);
    expect(await (await ask(url)).text()).toBe(data.toString());
  });
});

test("an address of the app, before its service worker is there, says where to go", async () => {
  const { ask } = await testServer();
  const response = await ask(`${appOrigin}/some/page`);
  expect(response.status).toBe(404);
  const page = await response.text();
  expect(page).toContain("This address belongs to an app");
  expect(page).toContain(`<a href="${platform}/">`);
});
