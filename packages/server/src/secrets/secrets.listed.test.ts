import { api } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { auditRoutes } from "../audit/routes.ts";
import { describeDatabases } from "../db/testing.ts";
import { testApi } from "../http/testing/api.ts";
import { createWorld, noDigest, stored } from "./testing/world.ts";

const laptop = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const phone = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0";

describeDatabases("what is done with secrets", (open) => {
  test("is in the account's list with action, app, secret, time and the device that did it", async () => {
    const w = await createWorld(await open());
    const secretId = await stored(w, "ada", "KEY");
    const { ask } = testApi([...w.secrets.routes, ...auditRoutes(w.audit)]);
    const from = (userAgent: string) => ({ cookie: "user=ada; fresh=1", "user-agent": userAgent });
    const news = async (before: number) => {
      const list = await ask("GET", "/api/v1/audit", { headers: from(laptop) });
      const { entries } = api.auditPage.parse(await list.json());
      return entries.filter(({ seq }) => seq > before).toReversed();
    };
    let seen = (await news(0)).length;
    /** What the list says after a request, of what was done during it. */
    const told = async (userAgent: string, path: string, body: unknown) => {
      const begun = Date.now();
      const done = await ask("POST", `/api/v1${path}`, { body, headers: from(userAgent) });
      const ended = Date.now();
      expect(done.status).toBe(200);
      const lines = await news(seen);
      seen += lines.length;
      return lines.map(({ at, action, app, secret, device }) => {
        const isOfThen = Date.parse(at) >= begun && Date.parse(at) <= ended;
        return [isOfThen ? "then" : at, action, app, secret, device];
      });
    };
    const named = { app: "app-1", name: "KEY" };
    const asked = { ...named, loads: noDigest };
    expect([
      await told(laptop, "/secrets/allow", { ...named, loads: [], value: null, until: null }),
      await told(laptop, "/secrets/use", asked),
      // By another way: what the app was granted is in memory by now.
      await told(phone, "/secrets/use", asked),
      await told(phone, `/secrets/${secretId}/reveal`, {}),
      await told(laptop, "/grants/revoke", { app: "app-1", secretId }),
    ]).toEqual([
      [
        ["then", "grant.given", "app-1", "KEY", "Firefox on Linux"],
        ["then", "secret.used", "app-1", "KEY", "Firefox on Linux"],
      ],
      [["then", "secret.used", "app-1", "KEY", "Firefox on Linux"]],
      [["then", "secret.used", "app-1", "KEY", "Firefox on Android"]],
      [["then", "secret.revealed", null, "KEY", "Firefox on Android"]],
      [["then", "grant.revoked", "app-1", "KEY", "Firefox on Linux"]],
    ]);
  });
});
