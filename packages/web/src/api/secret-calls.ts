import { type AppId, api } from "@portafilter/protocol";
import * as z from "zod/mini";
import type { Client } from "./client.ts";

/** What a change answers is asked for anew, so nothing of it is used. */
const done = z.object({});

/**
 * The calls of the secrets page. Values are put in the request, and returned by `reveal`, and are
 * nowhere else. All throw `ApiError`.
 */
export function secretCalls({ send }: Client) {
  const secret = (id: string) => `/api/v1/secrets/${encodeURIComponent(id)}` as const;
  const act = async (
    method: "POST" | "PATCH" | "DELETE",
    path: `/api/v1/${string}`,
    body?: unknown,
  ) => {
    await send({ method, path, ...(body !== undefined && { body }), reply: done });
  };
  return {
    list: (signal: AbortSignal) =>
      send({ method: "GET", path: "/api/v1/secrets", reply: api.secretList, signal }),
    versions: (id: string, signal: AbortSignal) =>
      send({ method: "GET", path: `${secret(id)}/versions`, reply: api.versionList, signal }),
    audit: (before: number | null, signal: AbortSignal) =>
      send({
        method: "GET",
        path: before === null ? "/api/v1/audit" : `/api/v1/audit?before=${before}`,
        reply: api.auditPage,
        signal,
      }),
    /** Secret material. Without a version, the one in use. */
    reveal: (id: string, version?: number) =>
      send({
        method: "POST",
        path: `${secret(id)}/reveal`,
        body: version === undefined ? {} : { version },
        reply: api.secretAnswer,
      }),
    add: (name: string, value: string) => act("POST", "/api/v1/secrets", { name, value }),
    change: (id: string, value: string) => act("POST", `${secret(id)}/versions`, { value }),
    restore: (id: string, version: number) => act("POST", `${secret(id)}/restore`, { version }),
    rename: (id: string, name: string) => act("PATCH", secret(id), { name }),
    remove: (id: string) => act("DELETE", secret(id)),
    /** `loads`: the digest of what the app must have loaded. */
    allow: (app: AppId, loads: string, secretId: string) =>
      act("POST", "/api/v1/grants", { app, loads, secretId, until: null }),
    revoke: (app: AppId, secretId: string) =>
      act("POST", "/api/v1/grants/revoke", { app, secretId }),
  };
}
