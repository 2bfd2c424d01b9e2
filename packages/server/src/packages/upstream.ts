import { Agent, fetch, type Headers } from "undici";
import { type Hosts, wayTo } from "./hosts.ts";
import { externalLookup } from "./internal-address.ts";
import { isRedirect, redirectTarget } from "./redirect.ts";
import { SourceError } from "./source-error.ts";

export type UpstreamOptions = Readonly<{
  /** Nothing else is ever connected to, whatever a page or a redirect names. */
  hosts: Hosts;
  connectTimeout: number;
  idleTimeout: number;
  downTime: number;
  /** Told of each host that was named and is none of `hosts`. */
  onStrange?: (host: string) => void;
  now?: () => number;
  lookup?: ReturnType<typeof externalLookup>;
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
  /**
   * Follows redirects, each of which must lead to a host of ours, too.
   * @throws SourceError when the address is of no such host, or its server does not answer in time, or did
   * not a short while ago.
   */
  get: (url: string, headers?: Record<string, string>) => Promise<Answer>;
}>;

const mostRedirects = 5;
/** What another origin may be told; all else may be a credential. */
const harmless = ["accept", "range"];

/**
 * Requests to the servers that wheels come from. One that does not answer is left alone for a while. One
 * that has answered is given more time, and is left alone only when it fails twice in a row: a mirror may
 * take long over a file that it does not have yet.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const now = options.now ?? Date.now;
  const downUntil = new Map<string, number>();
  const reliable = new Set<string>();
  const agents = {
    anywhere: new Agent({ allowH2: false }),
    external: new Agent({
      allowH2: false,
      connect: { lookup: options.lookup ?? externalLookup() },
    }),
  };

  async function get(address: string, headers: Record<string, string> = {}): Promise<Answer> {
    let url = new URL(address);
    let sent = headers;
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const answer = await ask(url, sent);
      if (!isRedirect(answer.status)) return answer;
      answer.cancel();
      const next = redirectTarget(url, answer.headers.get("location"));
      if (next.origin !== url.origin) sent = withoutCredentials(sent);
      url = next;
    }
    throw new SourceError(`${url.host} redirects without end`);
  }

  async function ask(url: URL, headers: Record<string, string>): Promise<Answer> {
    const { origin, host } = url;
    const way = wayTo(url, options.hosts);
    if (way === undefined) {
      options.onStrange?.(host);
      throw new SourceError(`${host} is none of the hosts that packages come from`);
    }
    if ((downUntil.get(origin) ?? 0) > now())
      throw new SourceError(`${host} was down a moment ago`);
    const abort = new AbortController();
    const { connectTimeout, idleTimeout } = options;
    const patience = reliable.has(origin) ? Math.max(connectTimeout, idleTimeout) : connectTimeout;
    const timer = setTimeout(() => {
      abort.abort(new Error("it did not answer in time"));
    }, patience);
    try {
      const { signal } = abort;
      const dispatcher = agents[way];
      const response = await fetch(url, { headers, signal, dispatcher, redirect: "manual" });
      downUntil.delete(origin);
      reliable.add(origin);
      return {
        status: response.status,
        headers: response.headers,
        url: url.href,
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

function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.includes(name)));
}

async function* paced(
  body: AsyncIterable<Uint8Array> | null,
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
