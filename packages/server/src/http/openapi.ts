import { api, type ErrorCode, errorCodes } from "@portafilter/protocol";
import * as z from "zod/mini";
import { mindsAccount, type Route } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI 3.1 document, as far as its readers here need to know it. */
export type OpenApi = Readonly<{
  openapi: "3.1.0";
  info: Json;
  paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  components: Json;
}>;

/** Describes the routes in OpenAPI 3.1, from the schemas that requests and answers are parsed with. */
export function openApiDocument(routes: readonly Route[]): OpenApi {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Portafilter",
      version: "1",
      description:
        "For the platform's own pages: requests that do not come from one of them are refused.",
    },
    paths,
    components: {
      schemas: { Refusal: jsonSchema(api.refusal, "output") },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-portafilter.session" },
      },
    },
  };
}

function operationOf(route: Route): Json {
  return {
    operationId: route.operation,
    summary: route.summary,
    ...(route.auth === "none" ? {} : { security: [{ session: [] }] }),
    // Where a sign-in is looked up is nobody's business but the server's.
    "x-auth": route.auth === "optimistic" ? "session" : route.auth,
    "x-rate-limit": route.rateLimit,
    parameters: [
      ...parametersOf(route.params, "path"),
      ...parametersOf(route.query, "query"),
      ...(mindsAccount(route) ? [meantAccount] : []),
    ],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonContent(jsonSchema(route.body, "input")) } }),
    responses: { ...successOf(route), ...refusalsOf(route) },
  };
}

const meantAccount = {
  name: api.accountHeader,
  in: "header",
  description: "The id of the account that is meant. Absent: of whoever is signed in.",
  required: false,
  schema: jsonSchema(api.databaseId, "input"),
};

function successOf(route: Route): Json {
  if (route.answers === "response") {
    return { "2XX": { description: "Done.", content: { [route.type]: {} } } };
  }
  return { 200: { description: "Done.", content: jsonContent(jsonSchema(route.reply, "output")) } };
}

/** The codes a route may refuse with, by their status. */
function refusalsOf(route: Route): Json {
  const byStatus = Map.groupBy(problemsOf(route), (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errorCodes[code].message}`).join(" "),
        content: jsonContent({ $ref: "#/components/schemas/Refusal" }),
      },
    ]),
  );
}

/** Those that the declaration implies, and those it names. */
export function problemsOf(route: Route): readonly ErrorCode[] {
  const implied: readonly (readonly [ErrorCode, boolean])[] = [
    ["bad_request", true],
    ["forbidden_origin", true],
    ["rate_limited", true],
    ["database_unavailable", true],
    ["internal", true],
    ["signed_out", route.auth !== "none"],
    ["other_account", mindsAccount(route)],
    ["confirm_needed", route.auth === "fresh"],
    ["not_found", route.params !== undefined],
    ["too_large", route.body !== undefined],
  ];
  const codes = implied.filter(([, holds]) => holds).map(([code]) => code);
  return [...new Set([...codes, ...(route.problems ?? [])])];
}

function parametersOf(schema: z.ZodMiniType | undefined, place: "path" | "query"): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, "input") as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodMiniType, io: "input" | "output"): Json {
  // What JSON Schema cannot say (a length in bytes) is left out; the server checks it all the same.
  const described = Object.entries(z.toJSONSchema(schema, { io, unrepresentable: "any" }));
  return Object.fromEntries(described.filter(([name]) => name !== "$schema"));
}

function jsonContent(schema: Json): Json {
  return { "application/json": { schema } };
}
