import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Pyodide } from "../pyodide.ts";
import type { Tree } from "./image.ts";
import { createPackages, type Lock } from "./packages.ts";

const lock: Lock = {
  packages: {
    arrows: { ...entry("arrows", ["zones"], ["arrows"]), size: 2e6 },
    zones: { ...entry("zones", [], []), size: 1e6 },
    beads: entry("beads", [], ["beads", "thread"]),
    base: entry("base", [], ["base"]),
    maps: entry("maps", ["libgeo"], ["maps"]),
    libgeo: { ...entry("libgeo", [], []), install_dir: "dynlib" },
  },
};
const tree = { site: "/site", packages: { base: "1.0" } } as unknown as Tree;
const unavailable = { error: { code: "package_unavailable", message: "No source has the file." } };

/** Tells whoever watches that these files have arrived. */
let arrive: (...names: string[]) => void;

beforeEach(() => {
  const watching = new Set<(list: { getEntries: () => { name: string }[] }) => void>();
  arrive = (...names) => {
    const entries = names.map((name) => ({
      name: `http://app.test/_portafilter/packages/0/${name}.whl`,
    }));
    for (const watch of watching) watch({ getEntries: () => entries });
  };
  vi.stubGlobal("location", new URL("http://app.test/_portafilter/runner/1/worker.js"));
  vi.stubGlobal(
    "PerformanceObserver",
    class {
      readonly #watch: Parameters<(typeof watching)["add"]>[0];
      constructor(watch: Parameters<(typeof watching)["add"]>[0]) {
        this.#watch = watch;
      }
      observe() {
        watching.add(this.#watch);
      }
      disconnect() {
        watching.delete(this.#watch);
      }
    },
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("a module is provided by a package of the lock until that is loaded", async () => {
  const { packages } = create([]);
  expect(packages.providerOf("thread")).toBe("beads");
  expect(packages.providerOf("base")).toBeNull();
  expect(packages.providerOf("nothing")).toBeNull();
  await packages.load(["beads"]);
  expect(packages.providerOf("thread")).toBeNull();
});

test("what is still to come is said by name and size, and how far it is", async () => {
  const { packages, reports } = create([], () => {
    arrive("elsewhere");
    arrive("zones");
    arrive("beads");
    arrive("arrows");
  });
  await packages.load(["arrows", "zones", "beads", "base"]);
  arrive("late");
  expect(reports).toEqual([
    ["packages", "arrows, 2.0 MB; zones, 1.0 MB; beads", 0],
    ["packages", "arrows, 2.0 MB; beads", 0.25],
    ["packages", "arrows, 2.0 MB", 0.5],
  ]);
});

test("what is there already is not announced", async () => {
  const { packages, reports } = create([]);
  await packages.load(["base"]);
  expect(reports).toEqual([]);
});

test("what does not come is named with version and dependencies, and the server's reason", async () => {
  const { packages } = create(["arrows", "zones"]);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(unavailable, { status: 502 })));
  await expect(packages.load(["arrows", "beads"])).rejects.toThrow(
    /^This server could not provide arrows 1\.0 and zones 1\.0: No source has the file\.$/,
  );
  expect(packages.providerOf("arrows")).toBe("arrows");
  expect(packages.providerOf("thread")).toBeNull();
});

test("without a reason of the server, Pyodide's words are passed on", async () => {
  const { packages } = create(["beads"]);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("all there")));
  await expect(packages.load(["beads"])).rejects.toThrow(
    "This server could not provide beads 1.0: beads did not match its checksum",
  );
});

test.each([
  [JSON.stringify(unavailable), "No source has the file."],
  ["<h1>Bad gateway</h1>", "The answer was 502."],
])("blocking, the answer %j ends in a reason, too", (answer, reason) => {
  const { packages } = create([]);
  stubRequests(502, answer);
  expect(() => {
    packages.loadSync(["beads"]);
  }).toThrow(`This server could not provide beads 1.0: ${reason}`);
  expect(packages.providerOf("beads")).toBe("beads");
});

test("blocking, packages and their dependencies are unpacked into site-packages", () => {
  const { packages, unpacked } = create([]);
  stubRequests(200, "zip");
  packages.loadSync(["arrows"]);
  expect(unpacked).toEqual(["/site", "/site"]);
  expect(packages.providerOf("arrows")).toBeNull();
});

test("blocking, a shared library is unpacked where the linker looks for it", () => {
  const { packages, unpacked } = create([]);
  stubRequests(200, "zip");
  packages.loadSync(["maps"]);
  expect(unpacked.sort()).toEqual(["/site", "/usr/lib"]);
});

function entry(name: string, depends: string[], imports: string[]) {
  return { name, version: "1.0", file_name: `0/${name}.whl`, depends, imports };
}

/** Packages on top of a Pyodide that gets all files but those of `absent`. */
function create(absent: string[], whileLoading: () => void = () => undefined) {
  const reports: unknown[][] = [];
  const loadedPackages: Record<string, string> = {};
  const unpacked: string[] = [];
  const pyodide = {
    loadedPackages,
    loadPackage: (
      names: string[],
      { errorCallback }: { errorCallback: (text: string) => void },
    ) => {
      whileLoading();
      for (const name of names) {
        if (absent.includes(name)) errorCallback(`${name} did not match its checksum`);
        else loadedPackages[name] = "lock";
      }
      return Promise.resolve();
    },
    unpackArchive: (_archive: unknown, _format: string, options: { extractDir: string }) => {
      unpacked.push(options.extractDir);
    },
  } as unknown as Pyodide;
  const packages = createPackages(pyodide, lock, tree, {
    report: (...report) => reports.push(report),
    fail: () => undefined,
  });
  return { packages, unpacked, reports };
}

function stubRequests(status: number, answer: string) {
  const response = new TextEncoder().encode(answer).buffer;
  vi.stubGlobal(
    "XMLHttpRequest",
    vi.fn(function XMLHttpRequest() {
      return { status, response, open: vi.fn(), send: vi.fn() };
    }),
  );
}
