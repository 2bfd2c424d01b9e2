import type { Context, MiddlewareHandler } from "hono";
import { jsonAnswer, jsonHeaders } from "./answer.ts";

/** What every answer of a site has, by name. */
export type SiteHeaders = Readonly<Record<string, string>>;

/** Answers that have the headers of their site already. */
const completeOnes = new WeakSet<Response>();

/** Says that an answer has all headers of its site already, so that none is put on it. */
export function complete(answer: Response): Response {
  completeOnes.add(answer);
  return answer;
}

/** Puts `headers` on every answer of an app, those of its error handlers too. */
export function withHeaders(headers: SiteHeaders): MiddlewareHandler {
  return async function securityHeaders(c, next) {
    await next();
    if (completeOnes.has(c.res)) return;
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  };
}

/** The environment of an app within a site, which is told what the site will put on its answers. */
export function within(c: Context, headers: SiteHeaders): object {
  return { ...(c.env as object), siteHeaders: headers };
}

/**
 * An answer in JSON that nobody keeps, made with the headers of its site at once: to add to an answer's
 * headers later, each of them is parsed, sorted and written anew, which takes a tenth of a short request.
 */
export function siteAnswer(c: Context, value: unknown): Response {
  const { siteHeaders } = (c.env ?? {}) as { siteHeaders?: SiteHeaders };
  if (siteHeaders === undefined) return jsonAnswer(value);
  const headers = { ...siteHeaders, ...jsonHeaders };
  return complete(new Response(JSON.stringify(value), { headers }));
}
