import { hash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { Agent, request as ask, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { createAuthority } from "../../packages/keyserver/src/testing/certificate.ts";

/** What stands in front of the app server in production, with an authority of its own. */
export type TlsProxy = Readonly<{
  port: number;
  /** SHA-256 of the authority's public key, as browsers name it. */
  authority: string;
  stop: () => Promise<void>;
}>;

/** Chromium keeps 720 KiB of cookies for a site. They go on, so that the app server answers them. */
const maxHeaderSize = 1024 * 1024;

/** Ends TLS for `names` on loopback, and does what docs/operating.md tells operators to let theirs do. */
export async function startTlsProxy(names: readonly string[], server: string): Promise<TlsProxy> {
  const authority = createAuthority("authority of a test");
  const { cert, key } = authority.issue("proxy", names);
  const agent = new Agent({ keepAlive: true });
  const proxy = createServer(
    { cert: cert + authority.own.cert, key, maxHeaderSize },
    (incoming, outgoing) => {
      const { method, url: path } = incoming;
      const passed = ask(
        server,
        { agent, method, path, headers: forwarded(incoming) },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, withoutHop(answer.headers));
          pipeline(answer, outgoing, () => undefined);
        },
      );
      passed.on("error", () => outgoing.destroy());
      outgoing.on("close", () => passed.destroy());
      incoming.pipe(passed);
    },
  );
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const publicKey = new X509Certificate(authority.own.cert).publicKey;
  const spki = publicKey.export({ type: "spki", format: "der" });
  return {
    port: (proxy.address() as AddressInfo).port,
    authority: hash("sha256", spki, "base64"),
    async stop() {
      agent.destroy();
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, "close");
    },
  };
}

/** `Host` stays what it is; who asked is added at the end. */
function forwarded({ headers, socket }: IncomingMessage): IncomingHttpHeaders {
  const from = [headers["x-forwarded-for"], socket.remoteAddress].flat().filter(Boolean);
  return { ...withoutHop(headers), "x-forwarded-for": from.join(", ") };
}

/** What concerns one connection is not passed on. */
function withoutHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const ofThisHop = ["connection", "keep-alive", "transfer-encoding"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofThisHop.includes(name)));
}
