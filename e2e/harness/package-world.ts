import type { Page } from "playwright-core";
import type { MadeWheel } from "./made-wheel.ts";

/** Where wheels come from in a test: the index, and one host besides. Both can be changed at any time. */
export type PackageWorld = {
  /** Wheels that the index lists, by project. */
  readonly index: Map<string, readonly MadeWheel[]>;
  /** What lies behind addresses, whatever their file names say. */
  readonly addresses: Map<string, MadeWheel>;
  /** Bodies and addresses of requests to any other host. */
  readonly leaked: string[];
};

/** Answers for the index and the hosts outside, for pages and workers of `page`. */
export async function servePackages(page: Page): Promise<PackageWorld> {
  const world: PackageWorld = { index: new Map(), addresses: new Map(), leaked: [] };
  const open = { "access-control-allow-origin": "*" };
  await page.route("https://**/*", async (route) => {
    const url = route.request().url();
    const wheel = world.addresses.get(url);
    if (wheel !== undefined) return route.fulfill({ body: wheel.content, headers: open });
    world.leaked.push(`${url} ${route.request().postData() ?? ""}`);
    return route.fulfill({ body: "", headers: open });
  });
  await page.route("**/_portafilter/index/*/", async (route) => {
    const { pathname, origin } = new URL(route.request().url());
    const name = pathname.split("/").at(-2) ?? "";
    const wheels = world.index.get(name);
    if (wheels === undefined)
      return route.fulfill({
        status: 404,
        json: { error: { code: "package_unknown", message: "" } },
      });
    const files = wheels.map(({ file, sha256, content }) => ({
      filename: file,
      url: `${origin}/_portafilter/packages/${sha256}/${file}`,
      hashes: { sha256 },
      size: content.length,
    }));
    const versions = wheels.map(({ version }) => version);
    return route.fulfill({
      contentType: "application/vnd.pypi.simple.v1+json",
      body: JSON.stringify({ meta: { "api-version": "1.1" }, name, versions, files }),
    });
  });
  await page.route("**/_portafilter/packages/*/*", async (route) => {
    const all = [...world.index.values()].flat();
    const asked = new URL(route.request().url()).pathname;
    const wheel = all.find(({ sha256 }) => asked.includes(sha256));
    return wheel === undefined ? route.fallback() : route.fulfill({ body: wheel.content });
  });
  return world;
}
