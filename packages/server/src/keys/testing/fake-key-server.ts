import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { text } from "node:stream/consumers";
import { freePort } from "../../testing/free-port.ts";

/** Answers one request, or does something else with it. */
export type Behaviour = (
  response: ServerResponse,
  request: IncomingMessage,
  body: Record<string, unknown>,
) => void;

/** What a key server looks like from outside, with no cryptography in it, on a loopback port. */
export type FakeKeyServer = {
  readonly origin: string;
  /** What requests get, but for those that ask about the key. */
  behaviour: Behaviour;
  /** What requests that ask about the key get. */
  aboutKey: Behaviour;
  /** Every request, in order. */
  readonly seen: { path: string; headers: IncomingHttpHeaders; body: string }[];
  /** Most requests that were in its hands at one time. */
  readonly mostAtOnce: () => number;
  stop: () => Promise<void>;
  /** On the port it had. */
  start: () => Promise<void>;
};

export function answerJson(status: number, content: unknown): Behaviour {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(content));
  };
}

export const derivedKey: Behaviour = answerJson(200, {
  data: { type: "aes256-gcm96", derived: true, latest_version: 1, min_decryption_version: 1 },
});

/** Wraps by writing a prefix in front, and opens by taking it away. */
export const sane: Behaviour = (response, request, body) => {
  const [, , , operation] = request.url?.split("/") ?? [];
  const data =
    operation === "encrypt"
      ? { ciphertext: `vault:v1:${String(body.plaintext)}`, key_version: 1 }
      : { plaintext: String(body.ciphertext).slice("vault:v1:".length) };
  answerJson(200, { data })(response, request, body);
};

/** Starts it, with TLS where certificates are given. */
export async function startFakeKeyServer(tls?: ServerOptions): Promise<FakeKeyServer> {
  const seen: FakeKeyServer["seen"] = [];
  const port = await freePort();
  let [now, most] = [0, 0];

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    now += 1;
    most = Math.max(most, now);
    response.on("close", () => (now -= 1));
    response.on("error", () => undefined);
    void text(request).then((body) => {
      seen.push({ path: request.url ?? "", headers: request.headers, body });
      const behave = request.url?.includes("/keys/") ? fake.aboutKey : fake.behaviour;
      const parsed = JSON.parse(body === "" ? "{}" : body) as Record<string, unknown>;
      behave(response, request, parsed);
    });
  };
  let server: Server;
  const start = async () => {
    server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  };
  await start();

  const fake: FakeKeyServer = {
    origin: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    behaviour: sane,
    aboutKey: derivedKey,
    seen,
    mostAtOnce: () => most,
    start,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return fake;
}
