import * as z from "zod";
import { failureOfItem, readBatchData, readData } from "./answer.ts";
import { KeyServerError } from "./failure.ts";
import type { Exchange, Reply } from "./transport.ts";
import { isWrappedKey, plainKey, wrappedAnswer } from "./wrapped-key.ts";

/** A key under the key-encryption key: not secret. `version` is that of the latter. */
export type WrappedKey = Readonly<{ wrapped: string; version: number }>;

/** A wrapped key and the user whom it was wrapped for. */
export type Owned = Readonly<{ userId: string; wrapped: string }>;

/**
 * The operations of Transit that the app server may do. Each user has a key-encryption key of their
 * own, derived on the key server from the user id, so a wrapped key opens for its user only.
 * All of them throw KeyServerError within the deadline, and RangeError for what is no user id.
 */
export type Transit = {
  /** Wraps a key of 32 bytes. Leaves it to the caller. */
  wrap(userId: string, key: Uint8Array): Promise<WrappedKey>;
  /** Opens a wrapped key. The bytes are secret material, and the caller's. */
  unwrap(owned: Owned): Promise<Uint8Array>;
  /** Wraps at most 500 keys anew under the latest version; RangeError for more. One that fails does not stop the others. */
  rewrap(all: readonly Owned[]): Promise<readonly (WrappedKey | KeyServerError)[]>;
  /** Lets the key server make a key. The bytes are secret material, and the caller's. */
  createDataKey(userId: string): Promise<WrappedKey & { readonly bytes: Uint8Array }>;
  /** How far the key-encryption key was rotated. */
  readKey(): Promise<KeyState>;
};

export type KeyState = Readonly<{ latestVersion: number; minDecryptionVersion: number }>;

/** Sends one request, if it may be sent, and reads the answer. */
export type Call = <T>(
  request: Pick<Exchange, "method" | "path" | "deadline"> & { readonly body?: object },
  read: (reply: Reply) => T,
) => Promise<T>;

/** Which key is used, and how many milliseconds an operation may take. */
export type TransitOptions = Readonly<{ call: Call; mount: string; key: string; timeout: number }>;

/** Most keys of one rewrap. */
export const maxBatch = 500;

const keyAnswer = z.object({
  type: z.string(),
  derived: z.boolean(),
  latest_version: z.int().positive(),
  min_decryption_version: z.int().positive(),
});
const unwrapped = z.object({ plaintext: plainKey });
const made = z.intersection(wrappedAnswer, unwrapped);
const failedItem = z.object({ error: z.string().min(1), reference: z.string().optional() });
const doneItem = z.intersection(wrappedAnswer, z.object({ reference: z.string().optional() }));

/** Speaks Transit with our key server, OpenBao or Vault. */
export function createTransit({ call, mount, key, timeout }: TransitOptions): Transit {
  let checked: Promise<KeyState> | undefined;

  async function readKey(deadline = AbortSignal.timeout(timeout)): Promise<KeyState> {
    const path = `/v1/${mount}/keys/${key}`;
    const read = (reply: Reply) => readData(reply, keyAnswer);
    const state = await call({ method: "GET", path, deadline }, read);
    // Without derivation the user id would be ignored, and a key could be moved to another user.
    if (state.type !== "aes256-gcm96" || !state.derived) throw new KeyServerError("unsuitable_key");
    return {
      latestVersion: state.latest_version,
      minDecryptionVersion: state.min_decryption_version,
    };
  }

  async function post<T>(operation: string, body: object, read: (reply: Reply) => T): Promise<T> {
    const deadline = AbortSignal.timeout(timeout);
    checked ??= readKey(deadline);
    try {
      await checked;
    } catch (error) {
      checked = undefined;
      throw error;
    }
    return await call(
      { method: "POST", path: `/v1/${mount}/${operation}/${key}`, body, deadline },
      read,
    );
  }

  return {
    async wrap(userId, bytes) {
      const body = { plaintext: base64(bytes), context: contextOf(userId) };
      return await post("encrypt", body, (reply) => readData(reply, wrappedAnswer));
    },

    async unwrap({ userId, wrapped }) {
      // The text comes from the database, which somebody else may have written to.
      if (!isWrappedKey(wrapped)) throw new KeyServerError("not_authentic");
      const body = { ciphertext: wrapped, context: contextOf(userId) };
      const { plaintext } = await post("decrypt", body, (reply) => readData(reply, unwrapped));
      return plaintext;
    },

    async rewrap(all) {
      if (all.length > maxBatch) throw new RangeError(`at most ${maxBatch} keys at once`);
      if (all.length === 0) return [];
      const items = all.map(({ userId, wrapped }, index) => ({
        ciphertext: wrapped,
        context: contextOf(userId),
        reference: String(index),
      }));
      return await post("rewrap", { batch_input: items }, (reply) => readItems(reply, all.length));
    },

    async createDataKey(userId) {
      const body = { bits: 256, context: contextOf(userId) };
      const { plaintext, ...wrapped } = await post("datakey/plaintext", body, (reply) =>
        readData(reply, made),
      );
      return { ...wrapped, bytes: plaintext };
    },

    readKey: () => readKey(),
  };
}

function readItems(reply: Reply, count: number): readonly (WrappedKey | KeyServerError)[] {
  const schema = z.object({
    batch_results: z.array(z.union([failedItem, doneItem])).length(count),
  });
  return readBatchData(reply, schema).batch_results.map((item, index) => {
    // Old servers do not repeat the reference; one that repeats another's has mixed up users.
    if (item.reference !== undefined && item.reference !== String(index)) {
      throw new KeyServerError("nonsense", { status: reply.status });
    }
    if ("error" in item) return failureOfItem(item.error);
    return { wrapped: item.wrapped, version: item.version };
  });
}

function contextOf(userId: string): string {
  // All lone surrogates have the same UTF-8, so two users could share one key.
  if (userId === "" || !userId.isWellFormed()) throw new RangeError("not a user id");
  return Buffer.from(userId, "utf8").toString("base64");
}

/** As a string it cannot be wiped: JSON leaves no other way. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
