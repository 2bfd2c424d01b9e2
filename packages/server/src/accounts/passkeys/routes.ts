import { getAuthenticatorName } from "@better-auth/passkey";
import { api, limits } from "@portafilter/protocol";
import * as z from "zod/mini";
import { type Route, route, type Session } from "../../http/route.ts";
import type { Log } from "../../log.ts";
import { Problem } from "../../problem.ts";
import { type Ceremony, inCeremony } from "../better-auth/ceremony.ts";

import type { Parts } from "../parts.ts";
import { createPasskeyEngine, type PasskeyEngine } from "./engine.ts";
import * as store from "./store.ts";

const path = "/api/v1/account/passkeys";
/** Passkeys of one account. */
const most = 50;

type AskedOf = Readonly<{
  session: Session | null;
  device: string | null;
  request: Request;
  header: (name: string, value: string) => void;
}>;

/** Passkeys: making, using, listing and deleting them. */
export function passkeyRoutes(parts: Parts, log: Log): Route[] {
  const { db, audit } = parts;
  let engine: Promise<PasskeyEngine> | undefined;
  /** Calls better-auth for a request, and puts its cookies, and ours, on the answer. */
  const call = async <T>(
    { session, device, request, header }: AskedOf,
    work: (engine: PasskeyEngine, headers: Headers) => Promise<{ headers: Headers; response: T }>,
  ): Promise<T> => {
    engine ??= createPasskeyEngine(parts, log);
    const ready = await engine;
    const headers = new Headers({ cookie: request.headers.get("cookie") ?? "" });
    const ceremony: Ceremony = {
      session,
      device,
      headers: request.headers,
      trustsEmail: false,
      comesBackTo: null,
      passkey: null,
      cookies: [],
      problem: null,
    };
    try {
      const answer = await inCeremony(ceremony, () => work(ready, headers));
      const theirs = answer.headers
        .getSetCookie()
        .filter((line) => line.startsWith("__Host-portafilter.passkey="));
      for (const line of [...theirs, ...ceremony.cookies]) header("set-cookie", line);
      return answer.response;
    } catch (error) {
      if (error instanceof Problem) throw error;
      // Whatever was wrong with what the browser brought, it is one refusal.
      throw new Problem("passkey_refused", { cause: error });
    }
  };
  const options = async (
    asked: AskedOf,
    work: Parameters<typeof call<object>>[1],
  ): Promise<api.PasskeyOptions> => {
    const made = (await call(asked, work)) as api.PasskeyOptions;
    return "rpId" in made ? { ...made, userVerification: "required" } : made;
  };

  return [
    route({
      method: "POST",
      path: `${path}/register-options`,
      operation: "passkeyRegisterOptions",
      summary: "What a browser needs to make a passkey.",
      auth: "fresh",
      rateLimit: "credentials",
      reply: api.passkeyOptions,
      problems: ["passkey_refused"],
      async handle(asked) {
        const existing = await store.listPasskeys(db.kysely, asked.session.userId);
        if (existing.length >= most) throw new Problem("passkey_refused");
        return options(asked, ({ api: engineApi }, headers) =>
          engineApi.generatePasskeyRegistrationOptions({ headers, returnHeaders: true }),
        );
      },
    }),
    route({
      method: "POST",
      path: `${path}/register`,
      operation: "passkeyRegister",
      summary: "Adds the passkey that a browser made.",
      auth: "fresh",
      rateLimit: "credentials",
      body: api.passkeyResponse,
      maxBody: limits.passkeyBody,
      reply: api.nothing,
      problems: ["passkey_refused"],
      async handle(asked) {
        const name = asked.device ?? "Passkey";
        await call(asked, ({ api: engineApi }, headers) =>
          engineApi.verifyPasskeyRegistration({
            headers,
            body: { response: asked.body, name },
            returnHeaders: true,
          }),
        );
        return {};
      },
    }),
    route({
      method: "POST",
      path: `${path}/sign-in-options`,
      operation: "passkeySignInOptions",
      summary: "What a browser needs to sign in with a passkey.",
      auth: "none",
      rateLimit: "credentials",
      reply: api.passkeyOptions,
      problems: ["passkey_refused"],
      handle: (asked) =>
        options(asked, ({ api: engineApi }, headers) =>
          engineApi.generatePasskeyAuthenticationOptions({ headers, returnHeaders: true }),
        ),
    }),
    route({
      method: "POST",
      path: `${path}/sign-in`,
      operation: "passkeySignIn",
      summary: "Signs in with a passkey, or makes the sign-in fresh again.",
      auth: "none",
      rateLimit: "credentials",
      body: api.passkeyResponse,
      maxBody: limits.passkeyBody,
      reply: api.nothing,
      problems: ["passkey_refused"],
      async handle(asked) {
        await call(asked, ({ api: engineApi }, headers) =>
          engineApi.verifyPasskeyAuthentication({
            headers,
            // Its frame was parsed; the library verifies what is within.
            body: { response: asked.body as never },
            returnHeaders: true,
          }),
        );
        return {};
      },
    }),
    route({
      method: "GET",
      path,
      operation: "listPasskeys",
      summary: "The passkeys of this account.",
      auth: "session",
      rateLimit: "read",
      reply: api.passkeyList,
      async handle({ session }) {
        const found = await store.listPasskeys(db.kysely, session.userId);
        return {
          passkeys: found.map(({ id, name, aaguid, created_at }) => ({
            id,
            name: getAuthenticatorName(aaguid) ?? name ?? "Passkey",
            createdAt: (created_at ?? new Date(0)).toISOString(),
          })),
        };
      },
    }),
    route({
      method: "DELETE",
      path: `${path}/:id`,
      operation: "deletePasskey",
      summary: "Deletes a passkey; it signs nobody in any more.",
      auth: "fresh",
      rateLimit: "write",
      params: z.strictObject({ id: api.databaseId }),
      reply: api.nothing,
      async handle({ session: { userId }, params, device }) {
        await db.transaction(async (tx) => {
          if (!(await store.deletePasskey(tx, userId, params.id))) throw new Problem("not_found");
          await audit.append(tx, [{ userId, action: "account.passkey_removed", device }]);
        });
        return {};
      },
    }),
  ];
}
