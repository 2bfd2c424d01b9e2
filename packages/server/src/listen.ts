import { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { answerBrokenRequests } from "./broken-request.ts";
import { limitConnections } from "./connection-limits.ts";
import type { SiteApp } from "./http/app.ts";
import { endSlowReaders } from "./slow-readers.ts";

/** A server that is listening. */
export type Listening = Readonly<{ port: number; close: () => Promise<void> }>;

/** Time that answers under way get when the server is told to stop. */
const grace = 3_000;

/**
 * Milliseconds until a request's head must be here, until all of it must, and between two looks at who
 * is late. The largest request, of 16 MiB, has to fit through a slow line. An answer may take for ever, as
 * long as its reader goes on: one that takes nothing is noticed after one `readTimeout`, or two. `mostUnread`
 * is bytes: sixty of the largest lists of secrets.
 */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 2_000,
  readTimeout: 20_000,
  mostUnread: 64 * 1024 * 1024,
  unreadCheckingInterval: 250,
};

/** No limit but the system's, and plain HTTP: whoever listens for visitors says what there is. */
const noLimits = {
  mostConnections: Number.POSITIVE_INFINITY,
  mostOfAddress: Number.POSITIVE_INFINITY,
  https: false,
};

/** What a listener may be told; `https` where browsers reach it over TLS. */
export type ListenLimits = Partial<typeof patience & typeof noLimits>;

/**
 * Listens on a port.
 * @throws the operating system's error, such as EADDRINUSE.
 */
export async function listen(
  app: SiteApp,
  port: number,
  host: string,
  limits: ListenLimits = {},
): Promise<Listening> {
  const {
    readTimeout,
    mostUnread,
    unreadCheckingInterval,
    mostConnections,
    mostOfAddress,
    https,
    ...serverOptions
  } = { ...patience, ...noLimits, ...limits };
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
    serverOptions: { maxHeaderSize: 16 * 1024, ...serverOptions },
  });
  if (server instanceof Server) {
    limitConnections(server, { mostConnections, mostOfAddress });
    endSlowReaders(server, { readTimeout, mostUnread, unreadCheckingInterval });
  }
  answerBrokenRequests(server, https);
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
        // Again and again: the connection of an answer that ends now is idle only after it.
        const sweep = setInterval(() => http.closeIdleConnections?.(), 50);
        server.close(() => {
          clearTimeout(timer);
          clearInterval(sweep);
          resolve();
        });
        http.closeIdleConnections?.();
      }),
  };
}
