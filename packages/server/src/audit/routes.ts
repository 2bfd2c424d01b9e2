import { api } from "@portafilter/protocol";
import * as z from "zod/mini";
import { type Route, route } from "../http/route.ts";
import type { Audit } from "./audit.ts";

/** Nobody's list is longer than a number can count. */
const seq = z.string().check(z.regex(/^[1-9][0-9]{0,14}$/));

/** The account's own list of what happened. */
export function auditRoutes(audit: Pick<Audit, "page">): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/audit",
      operation: "listAudit",
      summary: "What happened in the account, newest first.",
      auth: "session",
      rateLimit: "read",
      query: z.strictObject({ before: z.optional(seq) }),
      reply: api.auditPage,
      problems: ["integrity_failure"],
      handle: ({ session, query }) =>
        audit.page(session.userId, query.before === undefined ? null : Number(query.before)),
    }),
  ];
}
