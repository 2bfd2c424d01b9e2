import * as z from "zod/mini";

/** A moment, as ISO 8601 in UTC. */
export const moment = z.iso.datetime();

/** An id that the database made or keeps: opaque, URL-safe. */
export const databaseId = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/));

/** The answer where there is nothing to say. */
export const nothing = z.strictObject({});

/** What every refusal looks like. `id` names the line in the server's log. */
export const refusal = z.object({
  error: z.object({ code: z.string(), message: z.string(), id: z.optional(z.string()) }),
});
