import * as z from "zod";
import type { Token } from "../access/token.ts";
import { refusals } from "../refusal.ts";
import type { Opened, Seal } from "../seal.ts";
import type { State } from "../store/state.ts";

/** What a method means to a policy. */
export type Action = "read" | "update" | "delete" | "list";

/** A request that is allowed, as a handler sees it. */
export type Asked = {
  /** The `:parts` of the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly token: Token;
  readonly opened: Opened;
  /** The request's body; `{}` when there is none. */
  readonly body: Readonly<Record<string, unknown>>;
};

/** What a handler of an open route sees. */
export type AskedOpenly = Pick<Asked, "query" | "body"> & { readonly seal: Seal };

/** What goes back. `null` is 204. */
export type Reply = {
  readonly status?: number;
  readonly data?: unknown;
  readonly auth?: unknown;
  readonly warnings?: readonly string[];
  /** Fields at the top of the answer, for the few answers that are not wrapped. */
  readonly top?: Readonly<Record<string, unknown>>;
  /** Instead of JSON. */
  readonly text?: string;
  /** How many items a batch had, for the audit log. */
  readonly items?: number;
} | null;

/** One thing that can be done at a path. */
export type Operation = {
  /** Its name in the audit log and the metrics. */
  readonly name: string;
  /** Whether it changes the store: then its audit line waits for the disk. */
  readonly changes?: boolean;
  /** Bytes that its body may have, where they are more than `small` of `limits.ts`. */
  readonly body?: number;
  /** Where it is given and false, the caller needs `create` in place of `update`. */
  readonly exists?: (state: State, params: Asked["params"]) => boolean;
  readonly run: (asked: Asked) => Reply | Promise<Reply>;
};

/**
 * Everything that is served at one path. Parts that begin with a colon stand for names.
 *
 * `access` says who may ask: `anyone` (what is answered is not worth a token), `machine` (only over
 * the socket in the server's folder, whose rights are those of its files), or `token` (one whose
 * policies cover the path).
 */
export type Route =
  | {
      readonly path: string;
      readonly access: "token";
      readonly on: Readonly<Partial<Record<Action, Operation>>>;
    }
  | {
      readonly path: string;
      readonly access: "anyone" | "machine";
      readonly action: Action;
      readonly name: string;
      readonly run: (asked: AskedOpenly) => Reply | Promise<Reply>;
    };

/**
 * Reads the fields of a body that a route knows. Fields it does not know are named in a warning, as
 * OpenBao does, so that a misspelt one is noticed.
 * @throws Refusal naming the first field that cannot be read, never its value.
 */
export function readBody<S extends z.ZodObject>(
  schema: S,
  body: Asked["body"],
): { readonly fields: z.output<S>; readonly warnings: readonly string[] } {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw refusals.badField(String(parsed.error.issues[0]?.path[0] ?? ""));
  const unknown = Object.keys(body).filter(
    (field) => !Object.hasOwn(schema.shape, field) && field !== "name",
  );
  const warning = `Endpoint ignored these unrecognized parameters: [${unknown.sort().join(" ")}]`;
  return { fields: parsed.data, warnings: unknown.length === 0 ? [] : [warning] };
}

/** Text as OpenBao takes it: numbers and truth values count as their text, null as absent. */
export const looseText = z.union([
  z.string(),
  z.number().transform(String),
  z.boolean().transform((yes) => (yes ? "1" : "0")),
  z.null().transform(() => ""),
]);

/** A whole number, or its text. */
export const looseInteger = z.union([
  z.int(),
  z
    .string()
    .regex(/^[+-]?\d{1,9}$/)
    .transform(Number),
]);

/** A truth value, or its text. */
export const looseBoolean = z.union([
  z.boolean(),
  z.enum(["true", "1"]).transform(() => true),
  z.enum(["false", "0"]).transform(() => false),
]);
