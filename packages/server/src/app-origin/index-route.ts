import { paths } from "@portafilter/protocol";
import type { Context } from "hono";
import { type IndexedWheel, jsonType } from "../packages/index-page.ts";
import { normalizedName } from "../packages/lock.ts";
import type { Mirror } from "../packages/mirror.ts";
import type { PackageIndex } from "../packages/package-index.ts";

/**
 * Whether a wheel can run here: for any platform, or built for Pyodide's. The rest is told by
 * `versions` alone, so that micropip can say that a project has nothing for this platform.
 */
function canRun(filename: string, abi: string): boolean {
  const tags = filename
    .replace(/\.whl$/, "")
    .split("-")
    .slice(-3);
  const [python = "", , platform = ""] = tags;
  if (platform === "any") return /py3|cp3/.test(python);
  return platform.includes(`pyemscripten_${abi}_wasm32`);
}

/** Answers with a project's page (PEP 691) whose files lead back to this server. */
export function createIndexRoute(
  index: PackageIndex,
  mirror: Pick<Mirror, "remember">,
  abi: string,
) {
  return async function indexPage(c: Context, project: string, origin: string): Promise<Response> {
    const page = await index.project(project);
    const name = normalizedName(project);
    const wheels = page.wheels.filter(({ filename }) => canRun(filename, abi));
    mirror.remember(
      wheels.map(({ filename: file, sha256, size }) => ({
        name,
        file,
        sha256,
        size,
        sources: [{ kind: "index" }],
      })),
    );
    const body = {
      meta: { "api-version": "1.1" },
      name,
      versions: page.versions,
      files: wheels.map((wheel) => entry(wheel, origin)),
    };
    // Files of a page can be fetched only after this server has read the page: no cache may stand between.
    c.header("cache-control", "no-store");
    return c.body(JSON.stringify(body), 200, { "content-type": jsonType });
  };
}

function entry(wheel: IndexedWheel, origin: string) {
  return {
    filename: wheel.filename,
    // micropip joins no relative addresses to those of JSON pages.
    url: `${origin}${paths.packages}${wheel.sha256}/${encodeURIComponent(wheel.filename)}`,
    hashes: { sha256: wheel.sha256 },
    "requires-python": wheel.requiresPython ?? null,
    yanked: wheel.yanked,
    ...(wheel.size === undefined ? {} : { size: wheel.size }),
  };
}
