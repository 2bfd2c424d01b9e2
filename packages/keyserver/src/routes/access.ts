import * as z from "zod";
import { capabilitiesAt } from "../access/policy.ts";
import { formatPolicy, PolicyError, parsePolicy } from "../access/policy-text.ts";
import { accessorOf, mintToken, type Token } from "../access/token.ts";
import { bodySizes } from "../http/limits.ts";
import { type Asked, looseText, type Reply, type Route, readBody } from "../http/route.ts";
import { Refusal, refusals } from "../refusal.ts";
import { without } from "../store/state.ts";

const refuse = (text: string) => new Refusal(400, text);
const defaultLifetime = 768 * 3600;
const longestLifetime = 366 * 24 * 3600;
const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Policies that exist without being written, and cannot be. */
const reserved = new Set(["default", "root"]);

function readPolicy({ params, opened }: Asked): Reply {
  const name = params.policy ?? "";
  const rules = opened.store.state().policies.get(name);
  if (rules === undefined) throw refusals.absent();
  return { data: { name, policy: formatPolicy(rules) } };
}

function listPolicies({ opened }: Asked): Reply {
  return { data: { keys: ["default", ...opened.store.state().policies.keys()].sort() } };
}

async function writePolicy({ params, opened, body }: Asked): Promise<Reply> {
  const { fields } = readBody(z.object({ policy: looseText.optional() }), body);
  const name = params.policy ?? "";
  if (fields.policy === undefined) throw refuse("'policy' parameter not supplied or empty");
  if (reserved.has(name)) throw refuse(`cannot update "${name}" policy`);
  let rules: ReturnType<typeof parsePolicy>;
  try {
    rules = parsePolicy(fields.policy);
  } catch (error) {
    if (error instanceof PolicyError) throw refuse(error.message);
    throw error;
  }
  await opened.store.change((state) => ({
    ...state,
    policies: new Map([...state.policies, [name, rules]]),
  }));
  return null;
}

async function deletePolicy({ params, opened }: Asked): Promise<Reply> {
  const name = params.policy ?? "";
  if (reserved.has(name)) throw refuse(`cannot delete "${name}" policy`);
  await opened.store.change((state) => ({ ...state, policies: without(state.policies, name) }));
  return null;
}

const newToken = z.object({
  policies: z.array(z.string()).default([]),
  ttl: looseText.default(""),
});

async function createToken({ token: caller, opened, body }: Asked): Promise<Reply> {
  const { fields, warnings } = readBody(newToken, body);
  const wanted = fields.policies.filter((name) => name !== "default");
  const state = opened.store.state();
  const allowed = capabilitiesAt(state.policies, caller.policies, "auth/token/create");
  // Nobody hands out more than they hold, unless the policy says so.
  if (!allowed.has("sudo") && wanted.some((name) => !caller.policies.includes(name))) {
    throw refuse("child policies must be subset of parent");
  }
  if (wanted.some((name) => !state.policies.has(name))) throw refuse("unknown policy");
  const lifetime = lifetimeOf(fields.ttl);
  const { text, token } = mintToken(wanted, lifetime);
  await opened.store.change((current) => ({
    ...current,
    tokens: new Map([...current.tokens, [token.hash, token]]),
  }));
  const policies = shownPolicies(token);
  const auth = {
    client_token: text,
    accessor: accessorOf(token),
    policies,
    token_policies: policies,
    metadata: null,
    lease_duration: lifetime,
    renewable: false,
    entity_id: "",
    token_type: "service",
    orphan: true,
    mfa_requirement: null,
    num_uses: 0,
  };
  return { auth, warnings };
}

function lifetimeOf(ttl: string): number {
  if (ttl === "") return defaultLifetime;
  const found = /^(\d{1,8})([smhd]?)$/.exec(ttl);
  const seconds = Number(found?.[1] ?? Number.NaN) * (units[found?.[2] ?? ""] ?? 1);
  if (!(seconds > 0) || seconds > longestLifetime) throw refuse("invalid ttl");
  return seconds;
}

const shownPolicies = (token: Token) => [...new Set([...token.policies, "default"])].sort();
const timeOf = (seconds: number) => new Date(seconds * 1000).toISOString();

/** As OpenBao, except that the token itself is not repeated. */
function lookUpSelf({ token }: Asked): Reply {
  const ttl =
    token.expires === null ? 0 : Math.max(0, token.expires - Math.floor(Date.now() / 1000));
  return {
    data: {
      accessor: accessorOf(token),
      creation_time: token.created,
      creation_ttl: token.expires === null ? 0 : token.expires - token.created,
      display_name: "token",
      entity_id: "",
      expire_time: token.expires === null ? null : timeOf(token.expires),
      explicit_max_ttl: 0,
      id: "",
      issue_time: timeOf(token.created),
      meta: null,
      num_uses: 0,
      orphan: true,
      path: "auth/token/create",
      policies: shownPolicies(token),
      renewable: false,
      ttl,
      type: "service",
    },
  };
}

async function revokeSelf({ token, opened }: Asked): Promise<Reply> {
  await opened.store.change((state) => ({ ...state, tokens: without(state.tokens, token.hash) }));
  return null;
}

async function revokeAccessor({ opened, body }: Asked): Promise<Reply> {
  const { fields } = readBody(z.object({ accessor: looseText.default("") }), body);
  await opened.store.change((state) => {
    const found = [...state.tokens.values()].find((one) => accessorOf(one) === fields.accessor);
    if (found === undefined) throw refuse("invalid accessor");
    return { ...state, tokens: without(state.tokens, found.hash) };
  });
  return null;
}

function listAccessors({ opened }: Asked): Reply {
  return { data: { keys: [...opened.store.state().tokens.values()].map(accessorOf).sort() } };
}

function capabilitiesSelf({ token, opened, body }: Asked): Reply {
  const { fields } = readBody(z.object({ paths: z.array(z.string()).max(256).default([]) }), body);
  const { policies } = opened.store.state();
  const data = Object.fromEntries(
    fields.paths.map((path) => {
      const found = [...capabilitiesAt(policies, token.policies, path)].sort();
      return [path, found.length === 0 ? ["deny"] : found];
    }),
  );
  return { data, top: data };
}

/** Tokens and policies: who may do what. */
export const accessRoutes: readonly Route[] = [
  {
    path: "sys/policies/acl",
    access: "token",
    on: { list: { name: "policies.list", run: listPolicies } },
  },
  {
    path: "sys/policies/acl/:policy",
    access: "token",
    on: {
      read: { name: "policies.read", run: readPolicy },
      update: { name: "policies.write", changes: true, body: bodySizes.list, run: writePolicy },
      delete: { name: "policies.delete", changes: true, run: deletePolicy },
    },
  },
  {
    path: "sys/capabilities-self",
    access: "token",
    on: { update: { name: "capabilities-self", body: bodySizes.list, run: capabilitiesSelf } },
  },
  {
    path: "auth/token/create",
    access: "token",
    on: { update: { name: "token.create", changes: true, run: createToken } },
  },
  {
    path: "auth/token/lookup-self",
    access: "token",
    on: { read: { name: "token.lookup-self", run: lookUpSelf } },
  },
  {
    path: "auth/token/revoke-self",
    access: "token",
    on: { update: { name: "token.revoke-self", changes: true, run: revokeSelf } },
  },
  {
    path: "auth/token/revoke-accessor",
    access: "token",
    on: { update: { name: "token.revoke-accessor", changes: true, run: revokeAccessor } },
  },
  {
    path: "auth/token/accessors",
    access: "token",
    on: { list: { name: "token.list", run: listAccessors } },
  },
];
