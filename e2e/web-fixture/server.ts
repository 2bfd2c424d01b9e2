import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** The policy under which the real server serves the host page. */
const policy = (apps: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    `frame-src ${apps}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types portafilter-border",
  ].join("; ");

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** What a server without accounts says; tests of accounts route the API themselves. */
const withoutAccounts = JSON.stringify({
  user: null,
  fresh: false,
  offers: { accounts: false, mail: false, providers: [] },
});

const dist = join(import.meta.dirname, "../../packages/web/dist");

/**
 * Serves the built host page as the real server does, and on every app origin a runtime frame that
 * does nothing by itself: the test speaks through it (see frame.html). So the host page can be shown
 * any frame, honest or not, within milliseconds.
 */
export async function serveFixture(): Promise<{ address: string; stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const host = request.headers.host ?? "";
      const path = new URL(request.url ?? "/", "http://fixture").pathname;
      // Processes of their own for host page and frames, as the real server asks for.
      response.setHeader("origin-agent-cluster", "?1");
      if (!host.startsWith("pycafe.localhost")) {
        const file = path === "/_portafilter/frame" ? "frame.html" : "app.html";
        response.setHeader("content-type", types[".html"] ?? "");
        response.end(await readFile(join(import.meta.dirname, file)));
        return;
      }
      if (path === "/api/v1/session") {
        response.setHeader("content-type", "application/json");
        response.end(withoutAccounts);
        return;
      }
      if (path.startsWith("/api/")) throw new Error("no API");
      const name = extname(path) === "" ? "/index.html" : normalize(path);
      response.setHeader("content-security-policy", policy(`http://*.${host}`));
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("referrer-policy", "no-referrer");
      response.setHeader("permissions-policy", "clipboard-read=(), clipboard-write=(self)");
      response.setHeader("content-type", types[extname(name)] ?? "application/octet-stream");
      response.end(await readFile(join(dist, name)));
    })().catch(() => {
      response.statusCode = 404;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://pycafe.localhost:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
