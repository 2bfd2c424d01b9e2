import { api } from "@portafilter/protocol";
import type * as z from "zod/mini";
import { ApiError, type ApiErrorCode, knownCode } from "./api-error.ts";

/** After this long without an answer the server counts as out of reach. */
const patience = 30_000;
const mostRetryAfter = 24 * 60 * 60;

const doubtful: ReadonlySet<ApiErrorCode> = new Set(["signed_out", "other_account"]);

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** One call of the API. */
export type Call<Reply extends z.ZodMiniType> = {
  readonly method: Method;
  /** With every variable part already encoded (`encodeURIComponent`). Never holds a value. */
  readonly path: `/api/v1/${string}`;
  /** Sent as JSON. May be secret material: it is put in the request and nowhere else. */
  readonly body?: unknown;
  /** Parses the answer; `api.nothing` where there is nothing to say. */
  readonly reply: Reply;
  /** The id of the account it is meant for; unless told, of who is signed in as far as the page knows. */
  readonly account?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds; 30,000 unless told. */
  readonly patience?: number;
};

/** Calls the API of this page's own origin. */
export type Client = {
  /**
   * Returns the parsed answer. Throws `ApiError`: with the server's code when it refused, `internal`
   * when the answer is not JSON, `outdated` when it is not what was agreed, `unreachable` when none came;
   * or the signal's reason when the caller gave up. Neither errors nor logs hold what was sent or received.
   */
  readonly send: <Reply extends z.ZodMiniType>(call: Call<Reply>) => Promise<z.output<Reply>>;
  /**
   * Every call that follows names the account that `user` tells then: the server does it in no other,
   * whoever has signed in meanwhile in another tab.
   */
  readonly speakFor: (user: () => string | null) => void;
  /**
   * Hears when the server says that nobody (`signed_out`) or somebody else (`other_account`) is signed in,
   * until the returned function is called.
   */
  readonly onDoubt: (listener: () => void) => () => void;
};

/** Makes a client over `fetch`. Keeps nothing of what passes through it. */
export function createClient(send: typeof fetch): Client {
  const listeners = new Set<() => void>();
  let user: () => string | null = () => null;
  return {
    async send(call) {
      const response = await answerOf(send, call, call.account ?? user());
      const json = await jsonOf(response, call.signal);
      if (!response.ok) {
        const error = refusalOf(json, response);
        if (doubtful.has(error.code)) for (const listener of listeners) listener();
        throw error;
      }
      const parsed = call.reply.safeParse(json);
      // Not the issues of the schema: they may quote the answer.
      if (!parsed.success) throw new ApiError(json === undefined ? "internal" : "outdated");
      return parsed.data;
    },
    speakFor(who) {
      user = who;
    },
    onDoubt(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** The page's client. */
export const client: Client = createClient((...request) => fetch(...request));

async function answerOf(
  send: typeof fetch,
  call: Call<z.ZodMiniType>,
  account: string | null,
): Promise<Response> {
  const timeout = AbortSignal.timeout(call.patience ?? patience);
  try {
    return await send(call.path, {
      method: call.method,
      // Not `mode: "same-origin"`: under this page's referrer policy it would make `Origin` be "null".
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]),
      headers: {
        accept: "application/json",
        ...(account !== null && { [api.accountHeader]: account }),
        ...(call.body !== undefined && { "content-type": "application/json" }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
  } catch {
    call.signal?.throwIfAborted();
    throw new ApiError("unreachable");
  }
}

/** Undefined when the answer is not JSON. The parser's error is dropped: it quotes the text. */
async function jsonOf(response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch {
    signal?.throwIfAborted();
    throw new ApiError("unreachable");
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A proxy's page in place of our JSON means that the server behind it was not reached. */
function refusalOf(json: unknown, response: Response): ApiError {
  const retryAfter = secondsOf(response.headers.get("retry-after"));
  const parsed = api.refusal.safeParse(json);
  if (!parsed.success) {
    const unreachable = [502, 503, 504].includes(response.status);
    return new ApiError(unreachable ? "unreachable" : "internal", { retryAfter });
  }
  const { code, id } = parsed.data.error;
  return new ApiError(knownCode(code), { id: id ?? null, retryAfter });
}

function secondsOf(header: string | null): number | null {
  if (header === null || !/^\d{1,9}$/.test(header)) return null;
  return Math.min(Number(header), mostRetryAfter);
}
