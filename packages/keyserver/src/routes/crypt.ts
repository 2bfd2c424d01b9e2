import { randomBytes } from "node:crypto";
import * as z from "zod";
import { drawNonces, type Nonces } from "../crypto/aead.ts";
import { bodySizes } from "../http/limits.ts";
import {
  type Asked,
  looseInteger,
  looseText,
  type Reply,
  type Route,
  readBody,
} from "../http/route.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import {
  type Binding,
  decodeField,
  decrypt,
  encrypt,
  encryptionVersion,
} from "../keys/transit-cipher.ts";
import { Refusal } from "../refusal.ts";
import {
  assertContextsAlike,
  batchStatus,
  forEachItem,
  type Item,
  itemSchemas,
  type Outcome,
  partialFailureCode,
  readItems,
} from "./batch.ts";

type Sealed = { readonly ciphertext: string; readonly key_version: number };

const refuse = (text: string) => new Refusal(400, text);
const text = looseText.default("");
const batch = z.unknown().optional();

const encryptFields = z.object({
  plaintext: looseText.optional(),
  context: text,
  associated_data: text,
  key_version: looseInteger.default(0),
  batch_input: batch,
  partial_failure_response_code: partialFailureCode,
  // Of use only to servers that create a key that is not there.
  type: z.unknown().optional(),
  convergent_encryption: z.unknown().optional(),
});
const decryptFields = z.object({
  ciphertext: text,
  context: text,
  associated_data: text,
  batch_input: batch,
  partial_failure_response_code: partialFailureCode,
});
const rewrapFields = z.object({
  ciphertext: text,
  context: text,
  key_version: looseInteger.default(0),
  batch_input: batch,
});
const dataKeyFields = z.object({
  bits: looseInteger.default(256),
  context: text,
  associated_data: text,
  key_version: looseInteger.default(0),
});

/** @throws Refusal when there is no such key: nothing here ever creates one. */
function ringOf({ opened, params }: Asked): KeyRing {
  const ring = opened.store.state().rings.get(params.name ?? "");
  if (ring === undefined) throw refuse("encryption key not found");
  return ring;
}

/** Encrypts and wipes `plain`. Waits only when the count of encryptions has to be written first. */
function sealWith(
  asked: Asked,
  plain: Buffer,
  requested: number,
  by: Binding,
  nonces?: Nonces,
): Sealed | Promise<Sealed> {
  const ring = ringOf(asked);
  const version = encryptionVersion(ring, requested);
  const seal = (current: KeyRing) => {
    const ciphertext = encrypt(current, encryptionVersion(current, version), plain, by, nonces);
    plain.fill(0);
    return { ciphertext, key_version: version };
  };
  const wait = asked.opened.budget.spend(ring, version, 1);
  // After waiting the version may have been configured or trimmed away: then it is refused.
  return wait === undefined ? seal(ring) : wait.then(() => seal(ringOf(asked)));
}

const encryptItem = (asked: Asked, nonces?: Nonces) => (item: Item) =>
  sealWith(asked, decodeField(item.plaintext), item.version, item, nonces);

const decryptItem = (asked: Asked) => (item: Item) => {
  if (item.ciphertext === "") throw refuse("missing ciphertext to decrypt");
  const plain = decrypt(ringOf(asked), item.ciphertext, item);
  const plaintext = plain.toString("base64");
  plain.fill(0);
  return { plaintext };
};

/** Without associated data, as in OpenBao: what is bound by it cannot be rewrapped. See ADR 0007. */
const rewrapItem = (asked: Asked, nonces?: Nonces) => (item: Item) => {
  if (item.ciphertext === "") throw refuse("missing ciphertext to decrypt");
  const by = { context: item.context, associated: "" };
  return sealWith(asked, decrypt(ringOf(asked), item.ciphertext, by), item.version, by, nonces);
};

async function encryptRoute(asked: Asked): Promise<Reply> {
  const { fields, warnings } = readBody(encryptFields, asked.body);
  if (fields.batch_input !== undefined && fields.batch_input !== null) {
    const items = readItems(itemSchemas.encrypt, fields.batch_input);
    const outcomes = await runBatch(asked, items, encryptItem(asked, drawNonces(items.length)));
    return batchReply(items, outcomes, fields.partial_failure_response_code, warnings);
  }
  if (fields.plaintext === undefined) throw refuse("missing plaintext to encrypt");
  const { plaintext, context, associated_data: associated, key_version: version } = fields;
  const item = { plaintext, ciphertext: "", context, associated, version, reference: "" };
  ringOf(asked);
  return { data: await encryptItem(asked)(item), warnings };
}

async function decryptRoute(asked: Asked): Promise<Reply> {
  const { fields, warnings } = readBody(decryptFields, asked.body);
  if (fields.batch_input !== undefined && fields.batch_input !== null) {
    const items = readItems(itemSchemas.decrypt, fields.batch_input);
    const outcomes = await runBatch(asked, items, decryptItem(asked));
    const code = fields.partial_failure_response_code;
    return batchReply(items, outcomes, code, warnings, { plaintext: "" });
  }
  const { ciphertext, context, associated_data: associated } = fields;
  const item = { plaintext: "", ciphertext, context, associated, version: 0, reference: "" };
  return { data: decryptItem(asked)(item), warnings };
}

async function rewrapRoute(asked: Asked): Promise<Reply> {
  const { fields, warnings } = readBody(rewrapFields, asked.body);
  if (fields.batch_input !== undefined && fields.batch_input !== null) {
    const items = readItems(itemSchemas.rewrap, fields.batch_input);
    const outcomes = await runBatch(asked, items, rewrapItem(asked, drawNonces(items.length)));
    // 200 even when items failed: OpenBao reports them in the results alone.
    return batchReply(items, outcomes, 200, warnings, {}, 200);
  }
  const { ciphertext, context, key_version: version } = fields;
  const item = { plaintext: "", ciphertext, context, associated: "", version, reference: "" };
  return { data: await rewrapItem(asked)(item), warnings };
}

async function dataKeyRoute(asked: Asked): Promise<Reply> {
  const { fields, warnings } = readBody(dataKeyFields, asked.body);
  const { kind } = asked.params;
  if (kind !== "plaintext" && kind !== "wrapped") {
    throw refuse("Invalid path, must be 'plaintext' or 'wrapped'");
  }
  try {
    decodeField(fields.context);
  } catch (error) {
    throw error instanceof Refusal ? refuse("failed to base64-decode context") : error;
  }
  ringOf(asked);
  if (![128, 256, 512].includes(fields.bits)) throw refuse("invalid bit length");
  const by = { context: fields.context, associated: fields.associated_data };
  const key = randomBytes(fields.bits / 8);
  const plaintext = kind === "plaintext" ? { plaintext: key.toString("base64") } : {};
  const sealed = await sealWith(asked, key, fields.key_version, by);
  return { data: { ...sealed, ...plaintext }, warnings };
}

async function runBatch<T>(
  asked: Asked,
  items: readonly Item[],
  work: (item: Item) => Promise<T> | T,
): Promise<readonly Outcome<T>[]> {
  assertContextsAlike(items);
  ringOf(asked);
  return await forEachItem(items, work);
}

function batchReply(
  items: readonly Item[],
  outcomes: readonly Outcome<object>[],
  wanted: number | undefined,
  warnings: readonly string[],
  onFailure: object = {},
  always?: number,
): Reply {
  const results = outcomes.map((outcome, index) => {
    const reference = items[index]?.reference ?? "";
    if ("done" in outcome) return { ...outcome.done, reference };
    return { ...onFailure, error: outcome.failed.message, reference };
  });
  const { status, warnings: more } = batchStatus(outcomes, wanted);
  return {
    status: always ?? status,
    data: { batch_results: results },
    warnings: [...warnings, ...more],
    items: items.length,
  };
}

/** Using keys. What these routes answer is secret material; what they are asked mostly is too. */
export const cryptRoutes: readonly Route[] = [
  {
    path: "transit/encrypt/:name",
    access: "token",
    on: {
      update: {
        name: "encrypt",
        body: bodySizes.batch,
        // A caller that may only update learns nothing of keys that are not there.
        exists: (state, params) => state.rings.has(params.name ?? ""),
        run: encryptRoute,
      },
    },
  },
  {
    path: "transit/decrypt/:name",
    access: "token",
    on: { update: { name: "decrypt", body: bodySizes.batch, run: decryptRoute } },
  },
  {
    path: "transit/rewrap/:name",
    access: "token",
    on: { update: { name: "rewrap", body: bodySizes.batch, run: rewrapRoute } },
  },
  {
    path: "transit/datakey/:kind/:name",
    access: "token",
    on: { update: { name: "datakey", run: dataKeyRoute } },
  },
];
