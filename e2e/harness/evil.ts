import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";

/** A web site of somebody else's, on another host than the platform and its apps. */
export type EvilSite = {
  readonly address: string;
  /** Makes every address of the site answer with this page. */
  readonly serve: (html: string) => void;
  /** Paths that were asked for, in order. */
  readonly visits: readonly string[];
};

/** Runs such a site for the tests of a file. */
export function useEvilSite(): () => EvilSite {
  let site: EvilSite | undefined;
  let page = "<!doctype html><title>Evil</title><h1>Evil</h1>";
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(request.url ?? "");
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page);
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const serve = (html: string) => {
      page = html;
    };
    site = { address: `http://127.0.0.1:${port}`, serve, visits };
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return () => {
    if (!site) throw new Error("The site is not being served.");
    return site;
  };
}
