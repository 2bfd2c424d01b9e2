import { api } from "@portafilter/protocol";
import * as z from "zod/mini";
import { type Route, rawRoute, route } from "../../http/route.ts";
import type { Log } from "../../log.ts";
import { Problem } from "../../problem.ts";
import { type Ceremony, inCeremony } from "../better-auth/ceremony.ts";
import { basePath } from "../better-auth/options.ts";
import type { Parts } from "../parts.ts";
import { createOidcEngines } from "./engine.ts";

/** Milliseconds that a provider may take for all it is asked at a sign-in. */
const patience = 20_000;

const params = z.strictObject({ provider: z.string().check(z.regex(/^[a-z0-9]{1,32}$/)) });
const text = z.optional(z.string().check(z.maxLength(4096)));
/** What a provider sends along; the rest of what it may add is nothing to us. */
const query = z.object({ code: text, state: text, iss: text, error: text });

/** Signing in at a provider: leaving for it, and coming back. */
export function oidcRoutes(parts: Parts, log: Log): Route[] {
  const { config } = parts;
  const engineOf = createOidcEngines(parts, log);
  const done = `${config.platformOrigin}/sign-in/done`;
  /** What better-auth takes for the end, which says at whom the sign-in began. */
  const endOf = (id: string) => `${done}?provider=${id}`;
  const failed = `${config.platformOrigin}/sign-in?problem=oidc`;
  const find = (id: string) => {
    const provider = config.providers.find((known) => known.id === id);
    if (provider === undefined) throw new Problem("not_found");
    return provider;
  };

  return [
    route({
      method: "POST",
      path: "/api/v1/account/oidc/:provider",
      operation: "oidcStart",
      summary: "Where to sign in at a provider.",
      auth: "none",
      rateLimit: "credentials",
      params,
      reply: api.oidcStart,
      problems: ["provider_unavailable"],
      async handle({ params: { provider: id }, session, device, request, header }) {
        const provider = find(id);
        const ceremony = ceremonyOf({ session, device, headers: request.headers });
        const { headers, response } = await inCeremony(ceremony, async () => {
          const engine = await engineOf(provider);
          return engine.api.signInSocial({
            body: {
              provider: id,
              callbackURL: endOf(id),
              errorCallbackURL: failed,
              disableRedirect: true,
            },
            headers: new Headers(),
            returnHeaders: true,
          });
        }).catch((error: unknown) => {
          if (error instanceof Problem) throw error;
          throw new Problem("provider_unavailable", { cause: error });
        });
        for (const line of stateCookies(headers)) header("set-cookie", line);
        return { url: response.url ?? "" };
      },
    }),
    rawRoute({
      method: "GET",
      path: `${basePath}/callback/:provider`,
      operation: "oidcCallback",
      summary: "Where a provider sends the browser back to.",
      auth: "none",
      rateLimit: "credentials",
      from: "navigation",
      type: "text/html",
      params,
      query,
      async handle({ params: { provider: id }, query: asked, session, device, request, header }) {
        const provider = find(id);
        const ceremony = ceremonyOf(
          { session, device, headers: request.headers },
          { trustsEmail: provider.trustsEmail, comesBackTo: endOf(id) },
        );
        try {
          const engine = await engineOf(provider);
          const answer = await inTime(
            inCeremony(ceremony, () =>
              engine.api.callbackOAuth({
                method: "GET",
                params: { id },
                query: asked,
                headers: new Headers({ cookie: request.headers.get("cookie") ?? "" }),
                asResponse: true,
              }),
            ),
          );
          for (const line of [...stateCookies(answer.headers), ...ceremony.cookies]) {
            header("set-cookie", line);
          }
          // Two addresses, both ours: whatever better-auth was told, nobody is sent elsewhere.
          const isDone =
            answer.headers.get("location") === endOf(id) && ceremony.cookies.length > 0;
          if (!isDone)
            log.warn({ provider: id, code: ceremony.problem?.code }, "OIDC sign-in refused");
          return redirectTo(isDone ? done : failed);
        } catch (error) {
          if (error instanceof Problem && error.code === "database_unavailable") throw error;
          log.warn(
            { provider: id, error: error instanceof Error ? error.name : "?" },
            "OIDC sign-in failed",
          );
          return redirectTo(failed);
        }
      },
    }),
  ];
}

type By = Pick<Ceremony, "session" | "device" | "headers">;
type Rules = Partial<Pick<Ceremony, "trustsEmail" | "comesBackTo">>;

function ceremonyOf(by: By, rules: Rules = {}): Ceremony {
  return {
    ...by,
    trustsEmail: false,
    comesBackTo: null,
    ...rules,
    passkey: null,
    cookies: [],
    problem: null,
  };
}

/** Of better-auth's cookies, the one that binds the sign-in to this browser. */
function stateCookies(headers: Headers): string[] {
  return headers.getSetCookie().filter((line) => line.startsWith("__Host-portafilter.state="));
}

function redirectTo(location: string): Response {
  return new Response(null, {
    status: 302,
    headers: { location, "referrer-policy": "no-referrer" },
  });
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error("the provider took too long"));
    }, patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
