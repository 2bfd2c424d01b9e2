import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer as createProxy, type IncomingMessage, type RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll } from "vitest";

type Request = Readonly<Record<"method" | "path" | "authorization" | "body", string>>;

/** Stands for the world outside of this machine, of which only `host` is there. */
export type Outside = {
  readonly port: number;
  /** What has been asked of `host`, preflights left out. */
  readonly requests: Request[];
  /** What every request is answered with, as JSON. */
  reply: unknown;
};

/** One for the file, as new at the beginning of each test; see `useChromium`. */
export function useOutside(host: string): () => Outside {
  let made: Awaited<ReturnType<typeof create>> | undefined;
  beforeAll(async () => {
    made = await create(host);
  });
  afterEach(() => {
    made?.requests.splice(0);
    if (made) made.reply = null;
  });
  afterAll(() => made?.stop());
  return () => {
    if (!made) throw new Error("The world outside has not been made yet.");
    return made;
  };
}

/**
 * A proxy on loopback for browsers whose requests cannot be routed from the test. It answers for
 * `https://<host>` itself, with a certificate of its own making, and lets nothing else out.
 */
async function create(host: string) {
  const outside: Omit<Outside, "port"> = { requests: [], reply: null };
  const pem = selfSigned(host);
  const site = createServer({ key: pem, cert: pem }, answerFor(outside));
  const proxy = createProxy((_request, response) => {
    response.writeHead(502).end();
  });
  proxy.on("connect", ({ url }: IncomingMessage, socket) => {
    socket.on("error", () => undefined); // a browser that goes away
    if (url !== `${host}:443`) {
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    site.emit("connection", socket);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return Object.assign(outside, {
    port: (proxy.address() as AddressInfo).port,
    async stop() {
      site.closeAllConnections();
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, "close");
    },
  });
}

function answerFor(outside: Omit<Outside, "port">): RequestListener {
  const headers = {
    "access-control-allow-origin": "*",
    // A star does not cover this one.
    "access-control-allow-headers": "authorization, *",
    "access-control-allow-methods": "*",
  };
  return (request, response) => {
    if (request.method === "OPTIONS") {
      response.writeHead(204, headers).end();
      return;
    }
    const { method = "", url: path = "" } = request;
    void text(request).then((body) => {
      const { authorization = "" } = request.headers;
      outside.requests.push({ method, path, authorization, body });
      response.writeHead(200, { ...headers, "content-type": "application/json" });
      response.end(JSON.stringify(outside.reply));
    });
  };
}

/** Key and certificate in one text. */
function selfSigned(host: string): string {
  const order = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${host} -addext subjectAltName=DNS:${host} -keyout - -out -`;
  return execFileSync("openssl", order.split(" "), {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}
