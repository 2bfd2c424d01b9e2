import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer as createProxy, type IncomingMessage, type RequestListener } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { pipeline } from "node:stream";
import { portOf } from "./layout.ts";

/** A world of a few hosts, behind a proxy that lets nothing else out. */
export type World = { readonly port: number; readonly stop: () => Promise<void> };

/**
 * Opens a proxy on loopback that answers for `https://<host>` of each of `sites` itself, with a certificate
 * of its own making. Browsers see real answers that way: preflights, redirects, streams and refusals.
 * Hosts of the layout are let through to what stands in front of the server under test.
 */
export async function openWorld(sites: Readonly<Record<string, RequestListener>>): Promise<World> {
  const hosts = Object.keys(sites);
  const pem = selfSigned(hosts);
  const servers = hosts.map((host) => createServer({ key: pem, cert: pem }, sites[host]));
  const proxy = createProxy((_request, response) => {
    response.writeHead(502).end();
  });
  proxy.on("connect", ({ url }: IncomingMessage, socket) => {
    socket.on("error", () => undefined); // a browser that goes away
    const name = url?.match(/^(.+):443$/)?.[1] ?? "";
    const site = servers[hosts.indexOf(name)];
    const port = portOf(name);
    if (!site && port === null) {
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (site) site.emit("connection", socket);
    else if (port !== null) pipeline(socket, connect(port, "127.0.0.1"), socket, () => undefined);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    port: (proxy.address() as AddressInfo).port,
    async stop() {
      for (const site of servers) site.closeAllConnections();
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, "close");
    },
  };
}

/** Key and certificate in one text. */
function selfSigned(hosts: readonly string[]): string {
  const names = hosts.map((host) => `DNS:${host}`).join(",");
  const order = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=world -addext subjectAltName=${names} -keyout - -out -`;
  return execFileSync("openssl", order.split(" "), {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}
