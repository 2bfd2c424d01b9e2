import { api, type ErrorCode } from "@portafilter/protocol";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { KeyServerError } from "../keys/failure.ts";
import { Problem } from "../problem.ts";
import { platform, testServer } from "../testing/server.ts";
import { route } from "./route.ts";
import { fromOwnPage, testApi } from "./testing/api.ts";

const canary = "canary-5d1e";

/** A route that fails with what `fail` throws. */
function failing(fail: () => never) {
  return route({
    method: "POST",
    path: "/api/v1/things/:id",
    operation: "failThing",
    summary: "…",
    auth: "none",
    rateLimit: "write",
    params: z.strictObject({ id: z.string() }),
    query: z.strictObject({ q: z.optional(z.string()) }),
    body: z.strictObject({ value: z.string() }),
    reply: api.nothing,
    handle: () => Promise.reject(tryTo(fail)),
  });
}

function tryTo(fail: () => never): Error {
  try {
    return fail();
  } catch (error) {
    return error as Error;
  }
}

const databaseError = Object.assign(new Error(`duplicate key (email)=(${canary})`), {
  code: "23505",
  severity: "ERROR",
  detail: `Key (email)=(${canary}) already exists.`,
  parameters: [canary],
});

/** Errors as libraries make them: with what they stumbled over in the message, the fields or the cause. */
const failures: [what: string, code: ErrorCode, fail: () => never][] = [
  ["JSON that quotes itself", "internal", () => JSON.parse(`{"value": ${canary}}`) as never],
  [
    "SQL with its parameters",
    "internal",
    () => {
      throw databaseError;
    },
  ],
  [
    "a cause that tells",
    "internal",
    () => {
      throw new Error("x", { cause: new Error(canary) });
    },
  ],
  [
    "a text for an error",
    "internal",
    () => {
      throw canary as unknown as Error;
    },
  ],
  [
    "a code that is none",
    "internal",
    () => {
      throw Object.assign(new Error(), { code: `${canary} \u001b[31m` });
    },
  ],
  [
    "the database being down",
    "database_unavailable",
    () => {
      throw new Problem("database_unavailable", { cause: databaseError });
    },
  ],
  [
    "the key server being down",
    "secret_unavailable",
    () => {
      throw new KeyServerError("unreachable", { cause: new Error(`connect ${canary}`) });
    },
  ],
];

describe("D16: errors that know too much", () => {
  test.for(failures)(
    "%s: the visitor reads %s and an id, the log has that id and no more",
    async ([, code, fail]) => {
      const { ask, logged } = testApi([failing(fail)]);
      const answer = await ask("POST", `/api/v1/things/${canary}?q=${canary}`, {
        body: { value: canary },
        headers: {
          "user-agent": canary,
          authorization: canary,
          cookie: `user=${canary.slice(-4)}`,
        },
      });
      const text = await answer.text();
      expect(text).not.toContain(canary);
      const { error } = api.refusal.parse(JSON.parse(text));
      expect(error.code).toBe(code);
      expect(error.id).toMatch(/^[0-9a-f]{8}$/);
      expect(logged()).not.toContain(canary);
      const line = JSON.parse(logged().trim()) as Record<string, unknown>;
      expect(line).toMatchObject({ id: error.id, operation: "failThing" });
      expect(line.level).toBe(code === "internal" ? 50 : 40);
    },
  );

  test("refusals that are nobody's fault are for debugging only, and have no id to quote", async () => {
    const refused = failing(() => {
      throw new Problem("secret_exists");
    });
    const { ask, logged } = testApi([refused]);
    const answer = await ask("POST", "/api/v1/things/1", { body: { value: "x" } });
    expect(await answer.json()).toEqual({
      error: { code: "secret_exists", message: "You already have a secret with this name." },
    });
    expect(JSON.parse(logged())).toMatchObject({ level: 20, code: "secret_exists" });
  });
});

describe("D20: what a client sends into the log", () => {
  test("is one line for each request, with nothing of it in there", async () => {
    const lines: string[] = [];
    const log = pino({ level: "info", base: null }, { write: (line: string) => lines.push(line) });
    const { app } = testApi(
      [
        failing(() => {
          throw new Problem("bad_request");
        }),
      ],
      { log },
    );
    const { ask } = await testServer({ parts: { api: () => app, log } });
    const evil = `${canary}%0d%0a{"level":60}%1b[2J`;
    for (const path of [
      `/api/v1/things/${evil}?q=${evil}`,
      `/${evil}`,
      `/assets/${evil}?${evil}`,
    ]) {
      await ask(`${platform}${path}`, {
        method: "POST",
        headers: {
          ...fromOwnPage,
          "user-agent": `${canary}"}\\n{"level":60}`,
          referer: `http://${canary}/`,
          "x-forwarded-for": canary,
          cookie: canary,
          "content-type": "application/json",
        },
        body: JSON.stringify({ value: canary }),
      });
    }
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(line).not.toContain(canary);
      expect(JSON.parse(line)).toEqual({
        level: 30,
        time: expect.any(Number) as number,
        id: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
        method: "POST",
        route: expect.stringMatching(/^(\/api\/v1\/things\/:id|platform)$/) as string,
        status: expect.any(Number) as number,
        ms: expect.any(Number) as number,
        msg: "request",
      });
    }
  });

  test("is not in the metrics either, whatever method or address it makes up", async () => {
    const seen: object[] = [];
    const { ask } = await testServer({ parts: { count: (one) => seen.push(one) } });
    await ask(`${platform}/${canary}`, { method: "PROPFIND" });
    await ask(`http://${canary}.test/`, {});
    await ask(`http://app1.pycafe.localhost:8080/${canary}`);
    expect(seen).toEqual([
      { method: "other", route: "platform", status: 405, seconds: expect.any(Number) as number },
      { method: "GET", route: "none", status: 421, seconds: expect.any(Number) as number },
      { method: "GET", route: "app", status: 404, seconds: expect.any(Number) as number },
    ]);
  });
});
