/** A source that cannot be used now. The message may be logged: it never holds credentials. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

export type UpstreamOptions = Readonly<{
  connectTimeout: number;
  idleTimeout: number;
  downTime: number;
  now?: () => number;
}>;

/** An answer whose body fails with SourceError when it pauses for too long or breaks off. */
export type Answer = Readonly<{
  status: number;
  headers: Headers;
  url: string;
  body: AsyncGenerator<Uint8Array, void>;
  /** Ends the transfer when the body is not wanted. */
  cancel: () => void;
}>;

export type Upstream = Readonly<{
  /** @throws SourceError when the server does not answer in time, or did not a short while ago. */
  get: (url: string, headers?: Record<string, string>) => Promise<Answer>;
}>;

/**
 * Requests to the servers that wheels come from. One that does not answer is left alone for a while. One
 * that has answered is given more time, and is left alone only when it fails twice in a row: a mirror may
 * take long over a file that it does not have yet.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const now = options.now ?? Date.now;
  const downUntil = new Map<string, number>();
  const reliable = new Set<string>();

  async function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { origin, host } = new URL(url);
    if ((downUntil.get(origin) ?? 0) > now())
      throw new SourceError(`${host} was down a moment ago`);
    const abort = new AbortController();
    const { connectTimeout, idleTimeout } = options;
    const patience = reliable.has(origin) ? Math.max(connectTimeout, idleTimeout) : connectTimeout;
    const timer = setTimeout(() => {
      abort.abort(new Error("it did not answer in time"));
    }, patience);
    try {
      const response = await fetch(url, { headers, signal: abort.signal });
      downUntil.delete(origin);
      reliable.add(origin);
      return {
        status: response.status,
        headers: response.headers,
        url: response.url,
        body: paced(response.body, host, options.idleTimeout, abort),
        cancel: () => {
          abort.abort();
        },
      };
    } catch (error) {
      if (!reliable.delete(origin)) downUntil.set(origin, now() + options.downTime);
      throw new SourceError(`${host} cannot be reached: ${reason(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }
  return { get };
}

async function* paced(
  body: ReadableStream<Uint8Array> | null,
  host: string,
  idleTimeout: number,
  abort: AbortController,
): AsyncGenerator<Uint8Array, void> {
  if (body === null) return;
  const timer = setTimeout(() => {
    abort.abort(new Error("it paused for too long"));
  }, idleTimeout);
  try {
    for await (const chunk of body) {
      timer.refresh();
      yield chunk;
      timer.refresh();
    }
  } catch (error) {
    throw new SourceError(`${host} broke off: ${reason(error)}`);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** undici says only "fetch failed" and keeps the reason in the cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : "unknown reason";
}
