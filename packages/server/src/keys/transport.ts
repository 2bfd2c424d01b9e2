import { Agent, type ClientRequest, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { KeyServerError } from "./failure.ts";

/** Where the key server is and how it is recognised. `key` is secret material. */
export type Endpoint = Readonly<{
  /** `http:` or `https:`, host and port. */
  origin: string;
  /** Authorities to believe instead of the system's, as PEM. */
  ca: string | undefined;
  /** Certificate and key to show, as PEM. */
  client: Readonly<{ cert: string; key: string }> | undefined;
}>;

export type Exchange = Readonly<{
  method: "GET" | "POST";
  path: string;
  headers: Readonly<Record<string, string>>;
  /** JSON. May hold a key. */
  body: string | undefined;
  deadline: AbortSignal;
}>;

/** An answer, whatever its status. The text may hold a key. */
export type Reply = Readonly<{ status: number; text: string }>;

export type Transport = {
  /**
   * One request and its whole answer. Redirects are answers like any other.
   * @throws KeyServerError `unreachable`, `late` or `nonsense`.
   */
  send(exchange: Exchange): Promise<Reply>;
  /** Closes every connection. */
  close(): void;
};

/** Longest answer that is read. A batch of 500 wrapped keys is a fifth of it. */
const maxAnswer = 512 * 1024;

/**
 * Connections to one key server. `node:https` rather than `fetch`, which takes neither an authority
 * nor a client's certificate without another dependency.
 */
export function createTransport({ origin, ca, client }: Endpoint, connections: number): Transport {
  const isTls = origin.startsWith("https:");
  const pool = { keepAlive: true, maxSockets: connections, maxFreeSockets: 4 };
  const agent = isTls
    ? new TlsAgent({
        ...pool,
        ...client,
        ...(ca === undefined ? {} : { ca }),
        minVersion: "TLSv1.2",
        // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED cannot unsay it.
        rejectUnauthorized: true,
      })
    : new Agent(pool);

  function begin({ method, path, headers, body, deadline }: Exchange): ClientRequest {
    const options = { agent, method, headers, signal: deadline };
    const outgoing = (isTls ? tlsRequest : plainRequest)(`${origin}${path}`, options);
    outgoing.end(body);
    return outgoing;
  }

  /** A server that failed may have left idle connections that lead nowhere. */
  function closeIdle(): void {
    for (const sockets of Object.values(agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  async function send(exchange: Exchange): Promise<Reply> {
    const outgoing = begin(exchange);
    try {
      return await answerTo(outgoing);
    } catch (error) {
      outgoing.destroy();
      closeIdle();
      if (error instanceof KeyServerError) throw error;
      if (exchange.deadline.aborted) throw new KeyServerError("late");
      // The server hung up while the request was on its way over a kept connection; there is none left.
      if (outgoing.reusedSocket && codeOf(error) === "ECONNRESET") return await send(exchange);
      throw new KeyServerError("unreachable", { cause: error });
    }
  }

  return {
    send,
    close: () => {
      agent.destroy();
    },
  };
}

function answerTo(outgoing: ClientRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    // A 101 that nobody asked for closes the request without an error.
    outgoing.on("close", () => {
      reject(new Error("the connection was closed"));
    });
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on("error", reject);
      incoming.on("data", (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > maxAnswer) reject(new KeyServerError("nonsense"));
      });
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: incoming.statusCode ?? 0, text });
      });
    });
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
