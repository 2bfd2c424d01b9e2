import { api, loadsText, noLoads } from "@portafilter/protocol";
import { pino } from "pino";
import { type Audit, createAudit } from "../../audit/audit.ts";
import { auditKey } from "../../audit/hash.ts";
import type { Database } from "../../db/database.ts";
import { createEvents } from "../../events/events.ts";
import { sha256Of } from "../../hash.ts";
import { testApi } from "../../http/testing/api.ts";
import type { DataKeys } from "../../keys/data-keys.ts";
import type { Ports } from "../ports.ts";
import { createSecrets, type Secrets } from "../secrets.ts";
import { type KeysForTest, keysForTest } from "./transit.ts";

/** What came back. `body` is unknown on purpose: tests say what they expect. */
export type Reply = Readonly<{ status: number; code: string | undefined; body: unknown }>;

/** An app server over a database, asked through its API. */
export type Server = Readonly<{
  secrets: Secrets;
  dataKeys: DataKeys;
  /** Asks as a user who signed in just now, or as one who did so long ago. */
  ask: (
    user: string,
    method: string,
    path: string,
    body?: unknown,
    freshness?: "fresh" | "stale",
  ) => Promise<Reply>;
  logged: () => string;
}>;

export type World = Server &
  Readonly<{
    db: Database;
    keys: KeysForTest;
    audit: Audit;
    /** Another app server over the same database and key server, with nothing in memory. */
    another: (ports?: Partial<Ports>) => Promise<Server>;
    /** The actions in a user's audit, oldest first, as `action app secret`. */
    audited: (user: string) => Promise<string[]>;
    /** Events that reached a user's tabs so far. */
    events: api.AccountEvent[];
    clock: { now: number };
  }>;

/** A world with the users `ada` and `bob`, or with others that are to be added. */
export async function createWorld(
  db: Database,
  given?: () => DataKeys,
  users: readonly string[] = ["ada", "bob"],
): Promise<World> {
  for (const id of users) await addUser(db, id);
  const keys = keysForTest();
  const makeKeys = given ?? keys.another;
  const clock = { now: Date.parse("2026-11-25T12:00:00.000Z") };
  const audit = createAudit({ db, key: auditKey("a secret of thirty-two characters") });
  const heard = await createEvents(db);
  const events: api.AccountEvent[] = [];
  heard.subscribe("ada", "s1", (event) => events.push(event));

  const another = async (given: Partial<Ports> = {}): Promise<Server> => {
    const lines: string[] = [];
    const log = pino({ level: "debug", base: null }, { write: (line: string) => lines.push(line) });
    const dataKeys = makeKeys();
    const ports = { db, dataKeys, audit, log, now: () => clock.now, ...given };
    const secrets = createSecrets(ports);
    const http = testApi(secrets.routes);
    return Promise.resolve({
      secrets,
      dataKeys,
      logged: () => lines.join("") + http.logged(),
      ask: async (user, method, path, given, freshness = "fresh") => {
        const body = withLoads(path, given);
        const cookie = `user=${user}${freshness === "fresh" ? "; fresh=1" : ""}`;
        const answer = await http.ask(method, `/api/v1${path}`, { body, headers: { cookie } });
        const json = (await answer.json()) as { error?: { code: string } };
        return { status: answer.status, code: json.error?.code, body: json };
      },
    });
  };

  return {
    ...(await another()),
    another,
    db,
    keys,
    audit,
    events,
    clock,
    audited: async (user) => {
      const { entries } = await audit.page(user, null);
      return entries
        .toReversed()
        .map(({ action, app, secret }) => [action, app, secret].filter(Boolean).join(" "));
    },
  };
}

/** Of what an app loads that needs nothing but the lock. */
export const noDigest = sha256Of(loadsText(noLoads));

/** Where a test does not say what the app has loaded, it is nothing from outside the lock. */
function withLoads(path: string, body: unknown): unknown {
  const given = body as Record<string, unknown>;
  if (path === "/secrets/use" || path === "/grants") return { loads: noDigest, ...given };
  if (path === "/secrets/allow") return { loads: noLoads, ...given };
  if (path !== "/merge" || !Array.isArray(given.grants)) return body;
  const grants = given.grants.map((grant: object) => ({ loads: noLoads, ...grant }));
  return { ...given, grants };
}

export async function addUser(db: Database, id: string): Promise<void> {
  const at = new Date();
  const email = `${id}@example.org`;
  await db.kysely
    .insertInto("account")
    .values({
      id,
      email,
      email_verified: true,
      name: "",
      image: null,
      created_at: at,
      updated_at: at,
    })
    .execute();
}

/** Stores a secret and tells its id. */
export async function stored(
  server: Server,
  user: string,
  name: string,
  ...values: readonly string[]
): Promise<string> {
  const [first = "value", ...more] = values;
  const made = await server.ask(user, "POST", "/secrets", { name, value: first });
  const { id } = api.newSecretAnswer.parse(made.body);
  for (const value of more) await server.ask(user, "POST", `/secrets/${id}/versions`, { value });
  return id;
}

/** What is revealed of a secret: the value, or the code of the refusal. */
export async function revealed(
  server: Server,
  user: string,
  id: string,
  version?: number,
): Promise<string | undefined> {
  const body = version === undefined ? {} : { version };
  const reply = await server.ask(user, "POST", `/secrets/${id}/reveal`, body);
  return reply.code ?? api.secretAnswer.parse(reply.body).value;
}

/** What an app gets: its standing, the value where it is granted, or the code of the refusal. */
export async function used(
  server: Server,
  user: string,
  app: string,
  name: string,
  loads = noDigest,
): Promise<string | undefined> {
  const reply = await server.ask(user, "POST", "/secrets/use", { app, loads, name });
  if (reply.code !== undefined) return reply.code;
  const answer = api.useAnswer.parse(reply.body);
  return answer.standing === "granted" ? `granted ${answer.value}` : answer.standing;
}

export async function listed(server: Server, user: string): Promise<api.SecretEntry[]> {
  const reply = await server.ask(user, "GET", "/secrets");
  return api.secretList.parse(reply.body).secrets;
}
