import { api, limits } from "@portafilter/protocol";
import * as z from "zod/mini";
import { type Asked, type Route, route } from "../http/route.ts";
import type { Changing } from "./changing.ts";
import type { Granting, Until } from "./granting.ts";
import type { Guard } from "./guard.ts";
import type { Looking } from "./looking.ts";
import type { Merging } from "./merging.ts";
import type { By } from "./ports.ts";
import type { Use } from "./using.ts";

const one = { params: z.strictObject({ id: api.databaseId }) } as const;
const failing = ["secret_unavailable", "integrity_failure", "database_unavailable"] as const;

export type SecretOperations = Changing & Granting & Looking & { use: Use; merge: Merging };

/** The API of secrets, grants and merges. */
export function secretRoutes(secrets: SecretOperations, guard: Guard): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/secrets",
      operation: "listSecrets",
      summary: "All secrets of the account, without values.",
      auth: "session",
      rateLimit: "read",
      reply: api.secretList,
      problems: failing,
      handle: (asked) => guard(by(asked), {}, () => secrets.list(by(asked))),
    }),
    route({
      method: "POST",
      path: "/api/v1/secrets",
      operation: "createSecret",
      summary: "Stores a secret under a new name.",
      auth: "session",
      rateLimit: "write",
      body: api.newSecret,
      maxBody: limits.valueBody,
      reply: api.newSecretAnswer,
      problems: [...failing, "secret_exists", "secret_limit", "value_too_long"],
      handle: (asked) => {
        const { name, value } = asked.body;
        return guard(by(asked), { secret: name }, () => secrets.create(by(asked), name, value));
      },
    }),
    route({
      ...one,
      method: "GET",
      path: "/api/v1/secrets/:id/versions",
      operation: "listVersions",
      summary: "The kept versions of a secret, without values.",
      auth: "session",
      rateLimit: "read",
      reply: api.versionList,
      problems: failing,
      handle: (asked) => guard(by(asked), {}, () => secrets.versions(by(asked), asked.params.id)),
    }),
    route({
      ...one,
      method: "POST",
      path: "/api/v1/secrets/:id/versions",
      operation: "changeSecret",
      summary: "Stores a new value, which is in use from now on.",
      auth: "session",
      rateLimit: "write",
      body: api.newVersion,
      maxBody: limits.valueBody,
      reply: api.versionAnswer,
      problems: [...failing, "value_too_long"],
      handle: (asked) =>
        guard(by(asked), {}, () => secrets.change(by(asked), asked.params.id, asked.body.value)),
    }),
    route({
      ...one,
      method: "POST",
      path: "/api/v1/secrets/:id/restore",
      operation: "restoreVersion",
      summary: "Copies the value of an earlier version into a new one.",
      auth: "session",
      rateLimit: "write",
      body: api.restoreVersion,
      reply: api.versionAnswer,
      problems: failing,
      handle: (asked) =>
        guard(by(asked), {}, () => secrets.restore(by(asked), asked.params.id, asked.body.version)),
    }),
    route({
      ...one,
      method: "POST",
      path: "/api/v1/secrets/:id/reveal",
      operation: "revealSecret",
      summary: "The value of a secret, shown to the person.",
      auth: "fresh",
      rateLimit: "reveal",
      body: api.revealSecret,
      reply: api.secretAnswer,
      problems: failing,
      handle: (asked) =>
        guard(by(asked), {}, () => secrets.reveal(by(asked), asked.params.id, asked.body.version)),
    }),
    route({
      ...one,
      method: "PATCH",
      path: "/api/v1/secrets/:id",
      operation: "renameSecret",
      summary: "Gives a secret another name.",
      auth: "session",
      rateLimit: "write",
      body: api.renameSecret,
      reply: api.nothing,
      problems: [...failing, "secret_exists"],
      handle: (asked) =>
        guard(by(asked), {}, () =>
          nothing(secrets.rename(by(asked), asked.params.id, asked.body.name)),
        ),
    }),
    route({
      ...one,
      method: "DELETE",
      path: "/api/v1/secrets/:id",
      operation: "deleteSecret",
      summary: "Deletes a secret with all versions and grants.",
      auth: "session",
      rateLimit: "write",
      reply: api.nothing,
      problems: failing,
      handle: (asked) =>
        guard(by(asked), {}, () => nothing(secrets.remove(by(asked), asked.params.id))),
    }),
    route({
      method: "POST",
      path: "/api/v1/secrets/use",
      operation: "useSecret",
      summary: "The value for an app that was granted it with the packages that it has loaded.",
      auth: "optimistic",
      rateLimit: "use",
      body: api.useSecret,
      reply: api.useAnswer,
      problems: failing,
      handle: (asked) => {
        const { app, loads, name } = asked.body;
        const { unconfirmed } = asked.session;
        return guard(by(asked), { app, secret: name }, () =>
          secrets.use(by(asked), { app, loads }, name, unconfirmed),
        );
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/secrets/allow",
      operation: "allowSecret",
      summary: "Stores a value if there is one, grants it to an app, and answers it.",
      auth: "session",
      rateLimit: "write",
      body: api.allowSecret,
      maxBody: limits.valueBody,
      reply: api.secretAnswer,
      problems: [...failing, "not_found", "secret_limit", "grant_limit", "value_too_long"],
      handle: (asked) => {
        const { app, loads, name, value, until } = asked.body;
        const allowed = { app, loads, name, value, until: end(until) };
        return guard(by(asked), { app, secret: name }, () => secrets.allow(by(asked), allowed));
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/grants",
      operation: "giveGrant",
      summary: "Allows an app a secret, or changes until when.",
      auth: "session",
      rateLimit: "write",
      body: api.newGrant,
      reply: api.nothing,
      problems: [...failing, "not_found", "grant_limit"],
      handle: (asked) => {
        const { app, loads, secretId, until } = asked.body;
        return guard(by(asked), { app }, () =>
          nothing(secrets.give(by(asked), { app, loads }, secretId, end(until))),
        );
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/grants/revoke",
      operation: "revokeGrant",
      summary: "Takes a secret away from an app.",
      auth: "session",
      rateLimit: "write",
      body: api.revokeGrant,
      reply: api.nothing,
      problems: [...failing, "not_found"],
      handle: (asked) => {
        const { app, secretId } = asked.body;
        return guard(by(asked), { app }, () => nothing(secrets.revoke(by(asked), app, secretId)));
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/merge",
      operation: "mergeSecrets",
      summary: "Moves what a tab kept into the account, once.",
      auth: "session",
      rateLimit: "merge",
      body: api.merge,
      maxBody: limits.mergeBody,
      reply: api.mergeAnswer,
      problems: [...failing, "secret_limit", "value_too_long"],
      handle: (asked) => guard(by(asked), {}, () => secrets.merge(by(asked), asked.body)),
    }),
  ];
}

function by({
  session,
  device,
}: Pick<Asked<"session", unknown, unknown, unknown>, "session" | "device">): By {
  return { userId: session.userId, device };
}

function end(until: string | null): Until {
  return until === null ? null : Date.parse(until);
}

async function nothing(done: Promise<void>) {
  await done;
  return {};
}
