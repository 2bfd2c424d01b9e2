import type { api } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { testApi } from "../http/testing/api.ts";
import { auditRoutes } from "./routes.ts";

const asAda = { headers: { cookie: "user=ada" } };
const empty: api.AuditPage = { entries: [], before: null };

function server() {
  const asked: unknown[][] = [];
  const { ask } = testApi(
    auditRoutes({
      page: (...what) => {
        asked.push(what);
        return Promise.resolve(empty);
      },
    }),
  );
  return { ask, asked };
}

test("is asked for the account that is signed in, and for nobody else", async () => {
  const { ask, asked } = server();
  const answer = await ask("GET", "/api/v1/audit", asAda);
  expect(await answer.json()).toEqual(empty);
  await ask("GET", "/api/v1/audit?before=52", asAda);
  expect(asked).toEqual([
    ["ada", null],
    ["ada", 52],
  ]);
  expect((await ask("GET", "/api/v1/audit")).status).toBe(401);
  expect((await ask("GET", "/api/v1/audit?user=bob", asAda)).status).toBe(400);
  expect(asked).toHaveLength(2);
});

test.for(["0", "-1", "1.5", "1e3", "01", " 1", "", "9".repeat(16), "1;drop table audit", "%00"])(
  "before=%s is refused (D8)",
  async (before) => {
    const { ask, asked } = server();
    const path = `/api/v1/audit?before=${before.startsWith("%") ? before : encodeURIComponent(before)}`;
    expect((await ask("GET", path, asAda)).status).toBe(400);
    expect(asked).toEqual([]);
  },
);
