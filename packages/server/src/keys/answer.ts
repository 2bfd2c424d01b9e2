import * as z from "zod";
import { type KeyFailure, KeyServerError } from "./failure.ts";
import type { Reply } from "./transport.ts";

const body = z.object({ data: z.unknown(), errors: z.unknown() }).partial();
const refusal = z.object({ errors: z.array(z.string()) });
const batch = z.object({ batch_results: z.array(z.unknown()) });

/** Texts of OpenBao and Vault for a wrapped key that is not what was wrapped for this user. */
const notAuthentic = /^(?:cipher: message authentication failed|invalid ciphertext)/;

const byStatus: Readonly<Record<number, KeyFailure>> = {
  403: "denied",
  429: "throttled",
  503: "sealed",
};

/**
 * The `data` of an answer.
 * @throws KeyServerError for every status but 200 and 204, and for an answer of another shape or
 * one that reports errors and success at once.
 */
export function readData<T>(reply: Reply, schema: z.ZodType<T>): T {
  if (reply.status !== 200 && reply.status !== 204) throw failureOf(reply);
  return parseData(reply, schema);
}

/**
 * The `data` of an answer to a batch, where 400 may mean that single items failed.
 * @throws KeyServerError as {@link readData}, when the batch as a whole was refused.
 */
export function readBatchData<T>(reply: Reply, schema: z.ZodType<T>): T {
  if (reply.status !== 400) return readData(reply, schema);
  const parsed = body.safeParse(parseJson(reply.text));
  if (!parsed.success || !batch.safeParse(parsed.data.data).success) throw failureOf(reply);
  return parseData(reply, schema);
}

/** What an item of a batch failed for. Its text is compared, and never kept. */
export function failureOfItem(error: string): KeyServerError {
  return new KeyServerError(notAuthentic.test(error) ? "not_authentic" : "rejected");
}

function parseData<T>(reply: Reply, schema: z.ZodType<T>): T {
  const { status } = reply;
  const parsed = body.safeParse(parseJson(reply.text));
  if (!parsed.success || (parsed.data.errors ?? null) !== null) {
    throw new KeyServerError("nonsense", { status });
  }
  const data = schema.safeParse(parsed.data.data);
  // The reason stays behind: it could quote the answer.
  if (!data.success) throw new KeyServerError("nonsense", { status });
  return data.data;
}

function failureOf({ status, text }: Reply): KeyServerError {
  if (status < 400) return new KeyServerError("nonsense", { status });
  const known = byStatus[status] ?? (status >= 500 ? "failed" : undefined);
  if (known !== undefined) return new KeyServerError(known, { status });
  const parsed = refusal.safeParse(parseJson(text));
  const says = parsed.success ? (parsed.data.errors[0] ?? "") : "";
  return new KeyServerError(notAuthentic.test(says) ? "not_authentic" : "rejected", { status });
}

/** The parsed text, or undefined: JSON's own errors quote what they could not read. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
