import { type ErrorCode, errorCodes } from "@portafilter/protocol";
import type { BrowserContext, Route } from "playwright-core";
import { expectDeclared } from "./declared.ts";

type Refusal = { readonly code: ErrorCode; readonly retryAfter?: number; readonly id?: string };
type Sent = {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
};

/** A server of accounts that does what the test says: no database, no keys, no waiting. */
export type ScriptedApi = {
  /** Who is signed in; null is a stranger. */
  user: { id: string; email: string; hasPassword: boolean; passkeys: number } | null;
  offers: { accounts: boolean; mail: boolean; providers: { id: string; name: string }[] };
  devices: {
    id: string;
    device: string;
    startedAt: string;
    lastSeenAt: string;
    current: boolean;
  }[];
  passkeys: { id: string; name: string; createdAt: string }[];
  /** Whom a passkey signs in. */
  passkeyOf: NonNullable<ScriptedApi["user"]>;
  /** What passkeys' ceremonies begin with, by path. */
  options: Readonly<Record<string, object>>;
  /** Answers of calls by path, such as `sign-in`, until they are removed; only such as the server declares. */
  readonly refuse: Map<string, Refusal>;
  /** Whether calls that matter ask for the password first. */
  fresh: boolean;
  /** False: nothing is answered at all. */
  reachable: boolean;
  /** Calls that wait until this is resolved. */
  gate: Promise<unknown>;
  readonly sent: Sent[];
};

export const ada = { id: "u1", email: "ada@example.org", hasPassword: true, passkeys: 1 };
export const password = "correct horse battery";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

export function scriptedApi(given: Partial<ScriptedApi> = {}): ScriptedApi {
  return {
    user: null,
    offers: { accounts: true, mail: true, providers: [{ id: "corp", name: "Corporate login" }] },
    devices: [
      {
        id: "d1",
        device: "Chromium on Linux",
        startedAt: ago(90),
        lastSeenAt: ago(0),
        current: true,
      },
      {
        id: "d2",
        device: "Firefox on Linux",
        startedAt: ago(9000),
        lastSeenAt: ago(3),
        current: false,
      },
      {
        id: "d3",
        device: "Safari on iPhone",
        startedAt: ago(90000),
        lastSeenAt: ago(4000),
        current: false,
      },
    ],
    passkeys: [{ id: "p1", name: "Chromium on Linux", createdAt: ago(20_000) }],
    passkeyOf: ada,
    options: {},
    refuse: new Map(),
    fresh: true,
    reachable: true,
    gate: Promise.resolve(),
    sent: [],
    ...given,
  };
}

/** Answers every call of the context's pages from `api`. */
export async function serveApi(context: BrowserContext, api: ScriptedApi): Promise<void> {
  await context.route("**/api/v1/**", async (route) => {
    if (!api.reachable) return route.abort("connectionfailed");
    const request = route.request();
    const path = new URL(request.url()).pathname.replace("/api/v1/", "").replace("account/", "");
    const method = request.method();
    const body: unknown = request.postData() === null ? null : request.postDataJSON();
    if (path !== "session") await api.gate;
    api.sent.push({ method, path, body, headers: await request.allHeaders() });
    const refusal = api.refuse.get(path);
    if (refusal !== undefined) return refuse(route, refusal);
    const needsFresh = /^(email|password|delete|passkeys\/register-options|secrets\/.*)$/;
    if (method !== "GET" && needsFresh.test(path) && !api.fresh)
      return refuse(route, { code: "confirm_needed" });
    return route.fulfill({
      json: answer(api, method, path, body as Record<string, string> | null),
    });
  });
}

async function refuse(route: Route, { code, retryAfter, id }: Refusal): Promise<void> {
  await expectDeclared(route.request().method(), new URL(route.request().url()).pathname, code);
  const { status, message } = errorCodes[code];
  await route.fulfill({
    status,
    json: { error: { code, message, ...(id !== undefined && { id }) } },
    headers: retryAfter === undefined ? {} : { "retry-after": String(retryAfter) },
  });
}

function answer(
  api: ScriptedApi,
  method: string,
  path: string,
  body: Record<string, string> | null,
): object {
  if (path === "session") return { user: api.user, fresh: api.fresh, offers: api.offers };
  if (path === "devices") return { devices: api.devices };
  if (path === "passkeys") return { passkeys: api.passkeys };
  if (path === "secrets" && method === "GET") return { secrets: [] };
  if (path === "audit") return { entries: [], before: null };
  const options = api.options[path];
  if (options !== undefined) return options;
  if (path.startsWith("oidc/")) return { url: "https://login.example.test/authorize" };
  act(api, path, body ?? {});
  if (path === "email") return { next: api.offers.mail ? "check_mail" : "changed" };
  return path === "sign-up" ? { next: api.offers.mail ? "check_mail" : "signed_in" } : {};
}

function act(api: ScriptedApi, path: string, body: Record<string, string>): void {
  const [first = "", id = ""] = path.split("/");
  if (path === "sign-in" || (path === "sign-up" && !api.offers.mail))
    api.user = { ...ada, email: body.email ?? ada.email };
  else if (path === "passkeys/sign-in") {
    api.user = api.passkeyOf;
    api.fresh = true;
  } else if (path === "sign-out" || path === "delete") api.user = null;
  else if (path === "email" && !api.offers.mail) api.user = { ...ada, email: body.email ?? "" };
  else if (path === "confirm") api.fresh = true;
  else if (path === "devices/end-others") api.devices = api.devices.filter((one) => one.current);
  else if (first === "devices") api.devices = api.devices.filter((one) => one.id !== id);
  else if (first === "passkeys" && id.startsWith("p"))
    api.passkeys = api.passkeys.filter((one) => one.id !== id);
}
