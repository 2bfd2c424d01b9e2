import { createSecretKey } from "node:crypto";
import * as z from "zod";
import type { Policies } from "../access/policy.ts";
import { formatPolicy, parsePolicy } from "../access/policy-text.ts";
import type { Token } from "../access/token.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { StoreError } from "./sealed-file.ts";

/** Everything the key server remembers. Never changed in place. */
export type State = {
  /** Tells one key store from another in answers about health. */
  readonly clusterId: string;
  readonly rings: ReadonlyMap<string, KeyRing>;
  /** By hash. */
  readonly tokens: ReadonlyMap<string, Token>;
  readonly policies: Policies;
};

const count = z.int().min(0);
const stored = z.strictObject({
  clusterId: z.uuid(),
  rings: z.array(
    z.strictObject({
      name: z.string(),
      derived: z.boolean(),
      deletionAllowed: z.boolean(),
      minAvailable: count,
      minDecryption: count,
      minEncryption: count,
      latest: count,
      versions: z.array(
        z.strictObject({
          version: count,
          created: count,
          reserved: count,
          key: z.base64().length(44),
        }),
      ),
    }),
  ),
  tokens: z.array(
    z.strictObject({
      hash: z.string().length(64),
      policies: z.array(z.string()),
      created: count,
      expires: count.nullable(),
    }),
  ),
  policies: z.array(z.strictObject({ name: z.string(), text: z.string() })),
});

/** The bytes to put into the store. Secret material: they hold every key. */
export function encodeState(state: State): Buffer {
  const plain: z.input<typeof stored> = {
    clusterId: state.clusterId,
    rings: [...state.rings.values()].map((ring) => ({
      ...ring,
      versions: [...ring.versions].map(([version, { created, reserved, key }]) => ({
        version,
        created,
        reserved,
        key: key.export().toString("base64"),
      })),
    })),
    tokens: [...state.tokens.values()].map((token) => ({
      ...token,
      policies: [...token.policies],
    })),
    policies: [...state.policies].map(([name, rules]) => ({ name, text: formatPolicy(rules) })),
  };
  return Buffer.from(JSON.stringify(plain));
}

/**
 * Reads what {@link encodeState} wrote. For authenticated bytes alone: of text that is no JSON, the error
 * that is thrown quotes some.
 * @throws StoreError, which never quotes the content, when it is JSON of another form.
 */
export function decodeState(bytes: Buffer): State {
  const parsed = stored.safeParse(JSON.parse(bytes.toString("utf8")));
  if (!parsed.success) throw new StoreError("the key store holds something unexpected");
  const { clusterId, rings, tokens, policies } = parsed.data;
  return {
    clusterId,
    rings: new Map(rings.map((ring) => [ring.name, { ...ring, versions: toVersions(ring) }])),
    tokens: new Map(tokens.map((token) => [token.hash, token])),
    policies: new Map(policies.map(({ name, text }) => [name, parsePolicy(text)])),
  };
}

function toVersions(ring: z.output<typeof stored>["rings"][number]): KeyRing["versions"] {
  return new Map(
    ring.versions.map(({ version, created, reserved, key }) => {
      const bytes = Buffer.from(key, "base64");
      const secret = createSecretKey(bytes);
      bytes.fill(0);
      return [version, { created, reserved, key: secret }];
    }),
  );
}

/** A state with one key added or replaced. */
export function withRing(state: State, ring: KeyRing): State {
  return { ...state, rings: new Map([...state.rings, [ring.name, ring]]) };
}

/** A map without one of its entries. */
export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  return new Map([...map].filter(([other]) => other !== key));
}
