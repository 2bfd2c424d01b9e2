import { cookies } from "../cookie.ts";

/** A browser: it keeps cookies and says where its requests come from. */
export type Browser = Readonly<{
  /** Asks as the platform's page does; a body makes it a POST. */
  ask: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** The same, with any method. */
  call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** Asks with DELETE. */
  remove: (path: string) => Promise<Answer>;
  /** Follows an address as a navigation that another site began. */
  visit: (url: string) => Promise<Response>;
  /** The token of the session cookie. */
  token: () => string | undefined;
  jar: Map<string, string>;
}>;

export type Answer = Readonly<{
  status: number;
  /** Code of the refusal. */
  code: string | undefined;
  body: Record<string, unknown>;
  headers: Headers;
}>;

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

type Init = Omit<RequestInit, "headers"> & { headers: Record<string, string>; duplex?: "half" };

/** A body that arrives after something else was done: its request has passed the sign-in by then. */
export function lateBody(
  body: unknown,
  meanwhile: () => Promise<void>,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull: async (controller) => {
        await meanwhile();
        controller.enqueue(new TextEncoder().encode(JSON.stringify(body)));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

export function createBrowser(
  send: (request: Request) => Response | Promise<Response>,
  origin: string,
  address: string,
  jar: Browser["jar"] = new Map(),
): Browser {
  const request = async (path: string, init: Init) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await send(
      new Request(new URL(path, origin), {
        ...init,
        headers: {
          "user-agent": firefox,
          "x-forwarded-for": address,
          ...(cookie === "" ? {} : { cookie }),
          ...init.headers,
        },
      }),
    );
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  };
  const asPage = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await request(path, {
      method,
      headers: {
        "sec-fetch-site": "same-origin",
        "sec-fetch-mode": "cors",
        "sec-fetch-dest": "empty",
        ...(method === "GET" ? {} : { origin }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : body instanceof ReadableStream
          ? { body, duplex: "half" }
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const parsed = (await response.json()) as Record<string, unknown>;
    const error = parsed.error as { code?: string } | undefined;
    return { status: response.status, code: error?.code, body: parsed, headers: response.headers };
  };
  return {
    jar,
    token: () => jar.get(cookies.session),
    ask: (path, body, headers) => asPage(body === undefined ? "GET" : "POST", path, body, headers),
    call: asPage,
    remove: (path) => asPage("DELETE", path),
    visit: (url) =>
      request(url, {
        method: "GET",
        redirect: "manual",
        headers: {
          "sec-fetch-site": "cross-site",
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "document",
        },
      }),
  };
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = ""] = line.split(";");
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  if (/max-age=0\b/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}
