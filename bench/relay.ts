import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Stands between browsers and a server on this machine, and counts what the server sends. */
export type Relay = {
  readonly port: number;
  /** Bytes since the last call, headers included. */
  readonly received: () => number;
  readonly stop: () => void;
};

/**
 * Opens a relay to `port`. What the network carries is counted here and nowhere in the browser, whose
 * own figures count what it took out of its cache, or leave out workers and service workers.
 */
export async function openRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let bytes = 0;
  const server = createServer((browser) => {
    const upstream = connect(port, "127.0.0.1");
    upstream.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    for (const socket of [browser, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => undefined); // a browser that goes away
    }
    browser.pipe(upstream).pipe(browser);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    received() {
      const sum = bytes;
      bytes = 0;
      return sum;
    },
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
