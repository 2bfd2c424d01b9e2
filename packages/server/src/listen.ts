import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { answerBrokenRequest } from "./broken-request.ts";
import type { SiteApp } from "./http/app.ts";

/** A server that is listening. */
export type Listening = Readonly<{ port: number; close: () => Promise<void> }>;

/** Time that answers under way get when the server is told to stop. */
const grace = 3_000;

/**
 * Listens on a port.
 * @throws the operating system's error, such as EADDRINUSE.
 */
export async function listen(app: SiteApp, port: number, host: string): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
    serverOptions: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000 },
  });
  server.on("clientError", answerBrokenRequest);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        const http = server as Partial<
          Record<"closeAllConnections" | "closeIdleConnections", () => void>
        >;
        const timer = setTimeout(() => http.closeAllConnections?.(), grace);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        http.closeIdleConnections?.();
      }),
  };
}
