import { api } from "@portafilter/protocol";
import * as z from "zod/mini";
import { type Route, route } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import type { Parts } from "../parts.ts";
import * as users from "../users/store.ts";

const path = "/api/v1/account/devices";

/**
 * The browsers that are signed in, and ending them. Whoever ends another one may fear that it is somebody
 * else's, so no link to change the email that it asked for works after that.
 */
export function deviceRoutes({ db, audit, links, sessions }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path,
      operation: "listDevices",
      summary: "The browsers that are signed in.",
      auth: "session",
      rateLimit: "read",
      reply: api.deviceList,
      async handle({ session }) {
        const found = await sessions.list(session.userId);
        return {
          devices: found.map(({ id, device, startedAt, lastSeenAt }) => ({
            id,
            device: device ?? "Unknown browser",
            startedAt: startedAt.toISOString(),
            lastSeenAt: lastSeenAt.toISOString(),
            current: id === session.sessionId,
          })),
        };
      },
    }),
    route({
      method: "POST",
      path: `${path}/:id/end`,
      operation: "endDevice",
      summary: "Ends one sign-in of this account.",
      auth: "session",
      rateLimit: "write",
      params: z.strictObject({ id: api.databaseId }),
      reply: api.nothing,
      async handle({ session: { userId, sessionId }, params, device }) {
        await db.transaction(async (tx) => {
          await users.lockAccount(tx, userId);
          if (params.id !== sessionId) await links.forget(tx, userId, "email");
          if (!(await sessions.end(tx, userId, params.id))) throw new Problem("not_found");
          await audit.append(tx, [{ userId, action: "session.ended", device }]);
        });
        return {};
      },
    }),
    route({
      method: "POST",
      path: `${path}/end-others`,
      operation: "endOtherDevices",
      summary: "Ends every other sign-in of this account.",
      auth: "session",
      rateLimit: "write",
      reply: api.nothing,
      async handle({ session: { userId, sessionId }, device }) {
        await db.transaction(async (tx) => {
          await users.lockAccount(tx, userId);
          await links.forget(tx, userId, "email");
          await sessions.endAll(tx, userId, sessionId);
          await audit.append(tx, [{ userId, action: "session.all_ended", device }]);
        });
        return {};
      },
    }),
  ];
}
