import fc from "fast-check";
import * as z from "zod/mini";
import type { Route } from "../http/route.ts";

/** A request that may be anything. Some words stand for what the account has. */
export type Fuzzed = Readonly<{
  path: string;
  body: string | undefined;
  headers: Record<string, string>;
}>;

type Json = Readonly<Record<string, unknown>>;

const words = fc.constantFrom(
  ...["@secret", "@device", "@passkey", "@email", "@user", "@uuid", "KEY", "app-1", "test"],
  ...[
    "Analytical Engine",
    "2030-01-01T00:00:00.000Z",
    "",
    " ",
    "\u0000",
    "\ud800",
    "a".repeat(300),
  ],
  ...["x@portafilter.test", "../..", "%00", "null", "0", "-1", "9".repeat(30), "A".repeat(5_000)],
);
const text = fc.oneof({ weight: 3, arbitrary: words }, fc.string(), fc.string({ unit: "binary" }));
const whole = fc.oneof(fc.nat(5), fc.integer(), fc.constantFrom(2 ** 31, 2 ** 53, -1, 1e300));
const anything = fc.oneof(text, whole, fc.jsonValue({ maxDepth: 3 }));

/** Values of a schema as JSON Schema says it, which knows less than the schema does. */
function valueOf(schema: Json): fc.Arbitrary<unknown> {
  const { anyOf, type, enum: values, properties, items } = schema;
  if ("const" in schema) return fc.constant(schema.const);
  if (Array.isArray(values)) return fc.constantFrom<unknown>(...(values as unknown[]));
  if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as Json[]).map(valueOf));
  if (type === "string") return text;
  if (type === "integer" || type === "number") return whole;
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  if (type === "array") return fc.array(valueOf((items ?? {}) as Json), { maxLength: 4 });
  if (type !== "object") return anything;
  const parts = Object.entries((properties ?? {}) as Record<string, Json>);
  const required = (schema.required ?? []) as string[];
  return fc.record(Object.fromEntries(parts.map(([name, part]) => [name, nearly(part)])), {
    requiredKeys: required,
  });
}

/** Mostly what the schema says, and anything else now and then. */
const nearly = (schema: Json): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: valueOf(schema) }, anything);

const jsonSchema = (schema: z.ZodMiniType) =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;

function bodyOf({ method, body }: Route): fc.Arbitrary<string | undefined> {
  if (method === "GET") return fc.constant(undefined);
  const right = body === undefined ? fc.constant<unknown>({}) : valueOf(jsonSchema(body));
  const json = right.map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 12, arbitrary: json },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: json.map((one) => one.slice(0, -1)) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: 20_000 }).map((length) => "[".repeat(length)),
    },
  );
}

function queryOf({ query }: Route): fc.Arbitrary<string> {
  const own = query === undefined ? fc.constant({}) : valueOf(jsonSchema(query));
  const pairs = own.map((values) =>
    new URLSearchParams(
      Object.entries(values as Json).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]),
    ).toString(),
  );
  return fc.oneof(
    { weight: 6, arbitrary: pairs },
    { weight: 3, arbitrary: fc.constant("") },
    fc.webQueryParameters(),
  );
}

const headers = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  fc.constantFrom<Record<string, string>>(
    { "content-type": "text/plain" },
    { "content-encoding": "gzip" },
    { "portafilter-account": "somebody-else" },
    { "user-agent": "\u00ff".repeat(2_000) },
    { "x-forwarded-for": "nonsense" },
    { "last-event-id": "-1" },
  ),
);

/** Requests for a route, as its schemas say and nearly so. */
export function fuzzed(route: Route): fc.Arbitrary<Fuzzed> {
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("@secret", "@device", "@passkey") },
    text,
  );
  return fc
    .record({ part, query: queryOf(route), body: bodyOf(route), headers })
    .map(({ part: named, query, ...rest }) => {
      const filled = encodeURIComponent(named.toWellFormed()).replaceAll("%40", "@");
      const path = route.path.replace(/:\w+/g, filled === "" ? "-" : filled);
      return { ...rest, path: query === "" ? path : `${path}?${query}` };
    });
}
