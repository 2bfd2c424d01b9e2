import { api } from "@portafilter/protocol";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { openApiDocument } from "./openapi.ts";
import { rawRoute, route } from "./route.ts";

const restore = route({
  method: "POST",
  path: "/api/v1/secrets/:id/restore",
  operation: "restoreSecret",
  summary: "Brings an earlier value back.",
  auth: "fresh",
  rateLimit: "write",
  params: z.strictObject({ id: api.databaseId }),
  query: z.strictObject({ before: z.optional(z.string()) }),
  body: api.restoreVersion,
  reply: api.secretEntry,
  problems: ["integrity_failure", "secret_unavailable"],
  handle: () => Promise.reject(new Error()),
});
const stream = rawRoute({
  method: "GET",
  path: "/api/v1/events",
  operation: "events",
  summary: "What changed.",
  auth: "none",
  rateLimit: "stream",
  from: "page",
  type: "text/event-stream",
  handle: () => Promise.reject(new Error()),
});

test("a route is described by its own schemas", () => {
  const { paths } = openApiDocument([restore, stream]);
  expect(Object.keys(paths)).toEqual(["/api/v1/secrets/{id}/restore", "/api/v1/events"]);
  expect(paths["/api/v1/secrets/{id}/restore"]?.post).toMatchObject({
    operationId: "restoreSecret",
    security: [{ session: [] }],
    parameters: [
      { name: "id", in: "path", required: true, schema: { type: "string" } },
      { name: "before", in: "query", required: false, schema: { type: "string" } },
      { name: "portafilter-account", in: "header", required: false, schema: { type: "string" } },
    ],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: { type: "object", required: ["version"], additionalProperties: false },
        },
      },
    },
    responses: {
      200: {
        content: { "application/json": { schema: { properties: { grants: { type: "array" } } } } },
      },
    },
  });
});

test("what a route may refuse with is listed by status, with the table's sentences", () => {
  const { paths } = openApiDocument([restore, stream]);
  const responses = paths["/api/v1/secrets/{id}/restore"]?.post?.responses as Record<
    string,
    { description: string }
  >;
  expect(Object.keys(responses)).toEqual([
    "200",
    "400",
    "401",
    "403",
    "404",
    "409",
    "413",
    "429",
    "500",
    "503",
  ]);
  expect(responses["403"]?.description).toContain("`confirm_needed`: Confirm that it is you");
  expect(responses["500"]?.description).toContain("`integrity_failure`");
  const open = paths["/api/v1/events"]?.get;
  expect(Object.keys(open?.responses as object)).toEqual([
    "400",
    "403",
    "429",
    "500",
    "503",
    "2XX",
  ]);
  expect(open).not.toHaveProperty("security");
});

test("every schema of the protocol's API can be described", () => {
  const schemas = Object.values(api).filter((value) => value instanceof z.ZodMiniType);
  expect(schemas.length).toBeGreaterThan(30);
  for (const schema of schemas) {
    const { paths } = openApiDocument([
      route({
        method: "POST",
        path: "/x",
        operation: "x",
        summary: "…",
        auth: "none",
        rateLimit: "read",
        body: schema,
        reply: schema,
        handle: () => Promise.reject(new Error()),
      }),
    ]);
    expect(JSON.stringify(paths)).not.toContain('"schema":{}');
  }
});
