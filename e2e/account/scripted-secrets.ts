import { createHash } from "node:crypto";
import { type api, type ErrorCode, errorCodes, type Loads, loadsText } from "@portafilter/protocol";
import type { BrowserContext, Route } from "playwright-core";
import type { ScriptedApi } from "./scripted-api.ts";

type Stored = {
  id: string;
  name: string;
  values: { version: number; value: string; createdAt: string }[];
  lastUsedAt: string | null;
  grants: api.Grant[];
  damaged: boolean;
};

/** An account's secrets in memory; does what the server does, as far as pages can tell. */
export type ScriptedSecrets = {
  readonly stored: Stored[];
  audit: api.AuditEntry[];
  /** Answers of calls by `METHOD path`, until they are removed. */
  readonly refuse: Map<string, ErrorCode | "unreachable">;
  /** Calls wait for this. */
  gate: Promise<unknown>;
  /** What was asked, as `METHOD path`. */
  readonly calls: string[];
  readonly merges: Map<string, api.MergeAnswer>;
  /** Waits until a page listens, the `resync` that a connection begins with behind it. */
  readonly listening: () => Promise<void>;
  /** Tells every page that listens, once there is one. */
  readonly tell: (event: api.AccountEvent) => Promise<void>;
  readonly put: (name: string, value: string, apps?: readonly string[]) => Stored;
};

type Body = Record<string, never> & {
  app: string;
  name: string;
  value: string | null;
  secretId: string;
  until: string | null;
  version?: number;
  mergeId: string;
  secrets: { name: string; value: string }[];
  grants: { app: string; name: string; loads: Loads }[];
  /** A digest, or where something is allowed the list. */
  loads: string & Loads;
};

const digestOf = (loads: Loads) => createHash("sha256").update(loadsText(loads)).digest("hex");

const now = () => new Date().toISOString();
export const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** Answers the calls about secrets of all pages of `context`, for whoever `account` says is signed in. */
export async function serveSecrets(
  context: BrowserContext,
  account: ScriptedApi,
): Promise<ScriptedSecrets> {
  const streams = new Set<(event: api.AccountEvent) => void>();
  const waiting = new Set<() => void>();
  const secrets: ScriptedSecrets = {
    stored: [],
    audit: [],
    refuse: new Map(),
    gate: Promise.resolve(),
    calls: [],
    merges: new Map(),
    async listening() {
      while (streams.size === 0) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    async tell(event) {
      await secrets.listening();
      for (const stream of [...streams]) stream(event);
    },
    put(name, value, apps = []) {
      let one = secrets.stored.find((each) => each.name === name);
      if (one === undefined) {
        one = {
          id: `s${secrets.stored.length + 1}`,
          name,
          values: [],
          lastUsedAt: null,
          grants: [],
          damaged: false,
        };
        secrets.stored.push(one);
      }
      one.values.unshift({ version: (one.values[0]?.version ?? 0) + 1, value, createdAt: now() });
      for (const app of apps)
        one.grants.push({
          app,
          loads: digestOf([]),
          until: null,
          createdAt: now(),
          lastUsedAt: null,
        });
      return one;
    },
  };
  const seen = new WeakSet<object>();
  await context.route(/\/api\/v1\/(secrets|grants|merge|audit|events)/, async (route) => {
    const request = route.request();
    const path = new URL(request.url()).pathname.replace("/api/v1/", "");
    const call = `${request.method()} ${path}`;
    secrets.calls.push(call);
    await secrets.gate;
    const refused = account.user === null ? "signed_out" : secrets.refuse.get(call);
    if (refused === "unreachable") return route.abort("connectionfailed");
    if (refused !== undefined) return refuse(route, refused);
    if (path === "events") return stream(route);
    if (path.endsWith("/reveal") && !account.fresh) return refuse(route, "confirm_needed");
    const body = (request.postData() === null ? {} : request.postDataJSON()) as Body;
    const result = answer(secrets, request.method(), path, body, new URL(request.url()));
    return typeof result === "string" ? refuse(route, result) : route.fulfill({ json: result });
  });

  /** A stream that ends after its next event: what comes then waits for the page to connect again. */
  async function stream(route: Route): Promise<void> {
    const page = route.request().frame().page();
    const first = !seen.has(page);
    seen.add(page);
    const event = first
      ? ({ type: "resync" } as const)
      : await new Promise<api.AccountEvent>((resolve) => {
          const next = (one: api.AccountEvent) => {
            streams.delete(next);
            resolve(one);
          };
          streams.add(next);
          for (const resume of waiting) resume();
          waiting.clear();
        });
    await route
      .fulfill({
        headers: { "content-type": "text/event-stream" },
        body: `retry: 10\ndata: ${JSON.stringify(event)}\n\n`,
      })
      // The page has gone.
      .catch(() => undefined);
  }
  return secrets;
}

function refuse(route: Route, code: ErrorCode): Promise<void> {
  const { status, message } = errorCodes[code];
  return route.fulfill({ status, json: { error: { code, message } } });
}

function answer(
  { stored, audit, merges, put }: ScriptedSecrets,
  method: string,
  path: string,
  body: Body,
  url: URL,
): object | ErrorCode {
  const named = (name: string) => stored.find((each) => each.name === name);
  const [first, id = "", verb] = path.split("/");
  if (first === "audit") {
    const before = Number(url.searchParams.get("before") ?? Number.POSITIVE_INFINITY);
    const entries = audit.filter(({ seq }) => seq < before).slice(0, 20);
    const last = entries.at(-1)?.seq ?? 1;
    return { entries, before: audit.some(({ seq }) => seq < last) ? last : null };
  }
  if (first === "merge") return merge(merges, stored, put, body);
  if (path === "secrets/use") {
    const one = named(body.name);
    if (one === undefined) return { standing: "unknown" };
    const given = one.grants.find(({ app }) => app === body.app);
    return given === undefined || (given.until !== null && Date.parse(given.until) <= Date.now())
      ? { standing: "known" }
      : given.loads !== body.loads
        ? { standing: "changed", before: null }
        : { standing: "granted", value: one.values[0]?.value, until: given.until };
  }
  if (path === "secrets/allow") {
    const one = body.value === null ? named(body.name) : put(body.name, body.value);
    if (one === undefined) return "not_found";
    grant(one, body.app, digestOf(body.loads), body.until);
    return { value: one.values[0]?.value };
  }
  if (path === "secrets" && method === "GET") return { secrets: stored.map(entryOf) };
  if (path === "secrets") {
    if (named(body.name) !== undefined) return "secret_exists";
    put(body.name, body.value ?? "");
    return {};
  }
  const one = stored.find((each) => each.id === (first === "grants" ? body.secretId : id));
  if (one === undefined) return "not_found";
  const version = one.values.find(
    (each) => each.version === (body.version ?? one.values[0]?.version),
  );
  if (path === "grants") grant(one, body.app, body.loads, null);
  else if (path === "grants/revoke") one.grants = one.grants.filter(({ app }) => app !== body.app);
  else if (verb === "versions" && method === "GET")
    return {
      versions: one.values.map(({ version: number, createdAt }) => ({
        version: number,
        createdAt,
      })),
    };
  else if (verb === "versions") put(one.name, body.value ?? "");
  else if (verb === "reveal") return { value: version?.value };
  else if (verb === "restore") put(one.name, version?.value ?? "");
  else if (method === "PATCH") one.name = body.name;
  else if (method === "DELETE") stored.splice(stored.indexOf(one), 1);
  return {};
}

function grant(one: Stored, app: string, loads: string, until: string | null): void {
  if (one.grants.some((each) => each.app === app && each.loads === loads)) return;
  one.grants = one.grants.filter((each) => each.app !== app);
  one.grants.push({ app, loads, until, createdAt: now(), lastUsedAt: null });
}

function merge(
  done: Map<string, api.MergeAnswer>,
  stored: readonly Stored[],
  put: ScriptedSecrets["put"],
  { mergeId, secrets, grants }: Body,
): api.MergeAnswer {
  const before = done.get(mergeId);
  if (before !== undefined) return before;
  const result: { moved: string[]; same: string[]; replaced: string[] } = {
    moved: [],
    same: [],
    replaced: [],
  };
  for (const { name, value } of secrets) {
    const one = stored.find((each) => each.name === name);
    const how = one === undefined ? "moved" : one.values[0]?.value === value ? "same" : "replaced";
    result[how].push(name);
    if (how !== "same") put(name, value);
  }
  for (const { app, name, loads } of grants) {
    const one = stored.find((each) => each.name === name);
    if (one !== undefined) grant(one, app, digestOf(loads), null);
  }
  done.set(mergeId, result);
  return result;
}

function entryOf({ id, name, values, lastUsedAt, grants, damaged }: Stored): api.SecretEntry {
  const [latest] = values;
  return {
    id,
    name,
    createdAt: values.at(-1)?.createdAt ?? now(),
    updatedAt: latest?.createdAt ?? now(),
    lastUsedAt,
    version: latest?.version ?? 1,
    versions: values.length,
    grants,
    damaged,
  };
}
