import { type KeyObject, randomUUID } from "node:crypto";
import { join } from "node:path";
import { parsePolicy } from "../access/policy-text.ts";
import { mintToken } from "../access/token.ts";
import { generateRootKey, parseRootKey } from "../crypto/root-key.ts";
import { createRing } from "../keys/key-ring.ts";
import { readPrivate, writeDurably } from "./durable.ts";
import { StoreError } from "./sealed-file.ts";
import { createStore, type StoreFiles } from "./store.ts";

/** What the app server may do: use its own key, and see how far it was rotated. */
export const appPolicy = (key: string): string => `
path "transit/encrypt/${key}" { capabilities = ["update"] }
path "transit/decrypt/${key}" { capabilities = ["update"] }
path "transit/rewrap/${key}" { capabilities = ["update"] }
path "transit/datakey/plaintext/${key}" { capabilities = ["update"] }
path "transit/keys/${key}" { capabilities = ["read"] }
`;

/** What the operator may do: look after keys, tokens and policies. Encrypting and decrypting is not part of it. */
export const operatorPolicy = `
path "transit/keys" { capabilities = ["list"] }
path "transit/keys/*" { capabilities = ["create", "read", "update", "delete"] }
path "sys/policies/acl" { capabilities = ["list"] }
path "sys/policies/acl/*" { capabilities = ["read", "update", "delete"] }
path "sys/metrics" { capabilities = ["read"] }
path "sys/seal" { capabilities = ["update"] }
path "auth/token/create" { capabilities = ["update", "sudo"] }
path "auth/token/revoke-accessor" { capabilities = ["update"] }
path "auth/token/accessors" { capabilities = ["list"] }
`;

/** Where the first start puts what it generates. */
export type FirstStartFiles = {
  readonly folder: string;
  readonly rootKeyFile: string;
  /** A root key that was brought along; none is written then. Secret material. */
  readonly rootKey: string | undefined;
  readonly store: StoreFiles;
  /** Name of the app's key. */
  readonly keyName: string;
};

/**
 * Whether this is the first start. A store that is gone is not a first start: making a new one would
 * hide that every wrapped key was lost.
 * @throws StoreError when there are traces of a store, but no store.
 */
export async function isFirstStart(files: StoreFiles): Promise<boolean> {
  if ((await readPrivate(files.file)) !== null) return false;
  const anchor = await readPrivate(files.anchor);
  // An anchor at 0 is as far as an interrupted first start gets before the store exists.
  if (anchor !== null && !anchor.toString("utf8").startsWith('{"generation":0,')) {
    throw new StoreError("the key store is missing, but its anchor is there");
  }
  return true;
}

/**
 * Generates what is nowhere else: a root key unless there is one, the app's key, and one token each
 * for app and operator. The store comes last, so that an interrupted first start is made again.
 */
export async function startForTheFirstTime(files: FirstStartFiles): Promise<void> {
  const rootKey = await rootKeyFor(files);
  const app = mintToken(["app"], null);
  const operator = mintToken(["operator"], null);
  await writeDurably(join(files.folder, "app.token"), Buffer.from(`${app.text}\n`));
  await writeDurably(join(files.folder, "operator.token"), Buffer.from(`${operator.text}\n`));
  await createStore(files.store, rootKey, {
    clusterId: randomUUID(),
    rings: new Map([[files.keyName, createRing(files.keyName, true)]]),
    tokens: new Map([app, operator].map(({ token }) => [token.hash, token])),
    policies: new Map([
      ["app", parsePolicy(appPolicy(files.keyName))],
      ["operator", parsePolicy(operatorPolicy)],
    ]),
  });
}

async function rootKeyFor({ rootKey, rootKeyFile }: FirstStartFiles): Promise<KeyObject> {
  if (rootKey !== undefined) return parseRootKey(rootKey);
  const existing = await readPrivate(rootKeyFile);
  if (existing !== null) return parseRootKey(existing.toString("utf8"));
  const generated = generateRootKey();
  await writeDurably(rootKeyFile, Buffer.from(`${generated.text}\n`));
  return generated.key;
}
