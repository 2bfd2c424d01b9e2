import { readFileSync } from "node:fs";
import * as z from "zod";
import type { Received, Sent } from "../testing/harness.ts";
import type { Target } from "./target.ts";

const recording = z.strictObject({
  id: z.string(),
  name: z.string(),
  request: z.strictObject({
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.record(z.string(), z.unknown()).optional(),
    raw: z.string().optional(),
  }),
  status: z.int(),
  body: z.unknown().optional(),
});

/** A request to OpenBao 2.6.2 and what it answered. */
export type Recording = z.output<typeof recording>;

/** What a live OpenBao 2.6.2 answered, in the order of the requests. */
export const recordings: readonly Recording[] = z
  .array(recording)
  .parse(JSON.parse(readFileSync(new URL("./vectors/recorded.json", import.meta.url), "utf8")));

/**
 * Sends recorded requests to another server, with what that server made in place of what was
 * recorded: tokens, and ciphertexts, which only the server that made them can open.
 */
export function createReplay(target: Target) {
  const replacements = new Map<string, string>([
    ["<root token>", target.rootToken],
    ["<wrong token>", "hvs.CAESIJ-not-a-token-of-this-server"],
  ]);

  // A server that others use too gets a mount and a policy that are nobody else's.
  const { policy } = target;
  const translate = (text: string): string => {
    let result = text
      .replaceAll("transit/", `${target.mount}/`)
      .replaceAll("policies/acl/app", `policies/acl/${policy}`)
      .replaceAll('"app"', `"${policy}"`);
    for (const [recorded, own] of replacements) result = result.replaceAll(recorded, own);
    return result;
  };

  const translateBack = (text: string): unknown => {
    const recorded = text
      .replaceAll(`${target.mount}/`, "transit/")
      .replaceAll(`"${policy}"`, '"app"');
    return recorded === "" ? undefined : JSON.parse(recorded);
  };

  const learn = (recorded: unknown, received: unknown): void => {
    if (typeof recorded === "string" && typeof received === "string") {
      const body = bodyOf(recorded);
      const own = bodyOf(received);
      if (body !== null && own !== null) {
        replacements.set(body, own);
        replacements.set(tamper(body), tamper(own));
      }
    } else if (isObject(recorded) && isObject(received)) {
      for (const [field, value] of Object.entries(recorded)) learn(value, received[field]);
      const { client_token: token } = received;
      if (typeof token === "string") replacements.set("<token with policy>", token);
    }
  };

  return async ({ request, body }: Recording): Promise<Received> => {
    const sent: Sent = {
      headers: JSON.parse(translate(JSON.stringify(request.headers))) as Record<string, string>,
      ...(request.body === undefined
        ? {}
        : { body: JSON.parse(translate(JSON.stringify(request.body))) as unknown }),
      ...(request.raw === undefined ? {} : { raw: request.raw }),
    };
    const received = await target.request(request.method, translate(request.path), sent);
    const json = translateBack(received.text);
    learn(body, json);
    return { ...received, json };
  };
}

/** The base64 of a ciphertext, without prefix and version. */
function bodyOf(text: string): string | null {
  return /^vault:v\d+:(.{40,})$/.exec(text)?.[1] ?? null;
}

/** As the recording does it: the last bytes of the tag are zeroed. */
function tamper(base64: string): string {
  return base64.replace(/.{4}(=*)$/, "AAAA$1");
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Fields whose values belong to one server or one moment; that they are there, and of which type, is compared. */
const own = new Set([
  "request_id",
  "server_time_utc",
  "version",
  "commit_date",
  "cluster_name",
  "cluster_id",
  "storage_type",
  "accessor",
  "client_token",
  "token",
  "creation_time",
  "expire_time",
  "issue_time",
]);

/** A body with everything random or of the moment replaced by its type or length. */
export function comparable(value: unknown, random = false): unknown {
  if (typeof value === "string") {
    const body = bodyOf(value);
    if (body !== null) return value.replace(body, `<${body.length} of base64>`);
    return random ? `<${value.length} random>` : value;
  }
  if (Array.isArray(value)) return value.map((item) => comparable(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      if (own.has(field)) return [field, typeof inner];
      if (field === "keys" && !Array.isArray(inner)) return [field, shapeOf(inner)];
      const isRandom =
        field === "random_bytes" || (field === "plaintext" && "key_version" in value);
      return [field, comparable(inner, isRandom)];
    }),
  );
}

/** Versions of a key with the type of what is said of each. */
function shapeOf(versions: unknown): unknown {
  if (!isObject(versions)) return versions;
  return Object.fromEntries(Object.entries(versions).map(([version, of]) => [version, typeof of]));
}
