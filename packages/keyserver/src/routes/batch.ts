import * as z from "zod";
import { looseInteger } from "../http/route.ts";
import { Refusal, refusals } from "../refusal.ts";

/** One thing to encrypt, decrypt or rewrap. Texts are base64 or ciphertexts; empty means absent. */
export type Item = {
  readonly plaintext: string;
  readonly ciphertext: string;
  readonly context: string;
  readonly associated: string;
  readonly version: number;
  readonly reference: string;
};

/** What became of an item. */
export type Outcome<T> = { readonly done: T } | { readonly failed: Refusal };

/** A batch yields to other requests after this many items. */
const yieldEvery = 256;

/** Of a batch whose items are wrong, this many are named. */
const mostIssues = 16;

const typeNames: Readonly<Record<string, string>> = {
  number: "json.Number",
  boolean: "bool",
  object: "map[string]interface {}",
};

/** Items are read more strictly than the fields of a single request, as OpenBao does. */
const strictText = (missing?: string) =>
  z.string({
    error: ({ input }) => {
      if (input === undefined && missing !== undefined) return missing;
      const type = Array.isArray(input)
        ? "[]interface {}"
        : (typeNames[typeof input] ?? typeof input);
      return `expected type 'string', got unconvertible type '${type}'`;
    },
  });
const optionalText = strictText().nullish();

const common = {
  context: optionalText,
  associated_data: optionalText,
  key_version: z.int({ error: "expected type 'int'" }).nullish(),
  reference: optionalText,
};
const encryptItems = z.array(
  z.object({
    ...common,
    plaintext: strictText("missing plaintext to encrypt"),
    ciphertext: optionalText,
  }),
);
const decryptItems = z.array(
  z.object({
    ...common,
    ciphertext: strictText("missing ciphertext to decrypt"),
    plaintext: optionalText,
  }),
);
const rewrapItems = z.array(
  z.object({ ...common, ciphertext: optionalText, plaintext: optionalText }),
);

/** How the items of a batch are read. */
export const itemSchemas = { encrypt: encryptItems, decrypt: decryptItems, rewrap: rewrapItems };

/**
 * Reads `batch_input`.
 * @throws Refusal when any item cannot be read: then none is processed.
 */
export function readItems(
  schema: (typeof itemSchemas)[keyof typeof itemSchemas],
  input: unknown,
): readonly Item[] {
  if (!Array.isArray(input)) {
    const type = typeNames[typeof input] ?? typeof input;
    throw refusals.badBatch(`source data must be an array or slice, got ${type}`);
  }
  if (input.length === 0) throw new Refusal(400, "missing batch input to process");
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    throw refusals.badBatch(
      parsed.error.issues
        .slice(0, mostIssues)
        .map(({ path: [index, field], message }) =>
          field === undefined
            ? `[${String(index)}] expected a map`
            : `'[${String(index)}].${String(field)}' ${message}`,
        )
        .join("\n"),
    );
  }
  return parsed.data.map((item) => ({
    plaintext: item.plaintext ?? "",
    ciphertext: item.ciphertext ?? "",
    context: item.context ?? "",
    associated: item.associated_data ?? "",
    version: item.key_version ?? 0,
    reference: item.reference ?? "",
  }));
}

/** @throws Refusal when some items have a context and others have none. */
export function assertContextsAlike(items: readonly Item[]): void {
  const [first] = items;
  if (items.some((item) => (item.context === "") !== (first?.context === ""))) {
    throw new Refusal(400, "context should be set either in all the request blocks or in none");
  }
}

/** Does `work` for each item in turn; an item that is refused does not stop the others. */
export async function forEachItem<T>(
  items: readonly Item[],
  work: (item: Item) => Promise<T> | T,
): Promise<readonly Outcome<T>[]> {
  const outcomes: Outcome<T>[] = [];
  for (const [index, item] of items.entries()) {
    if (index % yieldEvery === yieldEvery - 1) await new Promise((resume) => setImmediate(resume));
    try {
      const result = work(item);
      outcomes.push({ done: result instanceof Promise ? await result : result });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      outcomes.push({ failed: error });
    }
  }
  return outcomes;
}

/** The field with which a client chooses the status of a batch that succeeded in part. */
export const partialFailureCode = looseInteger.optional();

/** Status of a batch, and the warning where the client's own wish cannot be followed. */
export function batchStatus(
  outcomes: readonly Outcome<unknown>[],
  wanted: number | undefined,
): { readonly status: number; readonly warnings: readonly string[] } {
  const failures = outcomes.flatMap((one) => ("failed" in one ? [one.failed] : []));
  if (failures.length === 0) return { status: 200, warnings: [] };
  const status = 400;
  if (wanted === undefined || failures.length === outcomes.length) return { status, warnings: [] };
  // 1xx would not end the exchange.
  if (wanted >= 200 && wanted <= 599) return { status: wanted, warnings: [] };
  const text = "invalid HTTP response code override from partial_failure_response_code";
  return { status, warnings: [text] };
}
