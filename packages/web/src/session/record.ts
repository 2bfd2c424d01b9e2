import { api, appId, loads, secretName, secretValue } from "@portafilter/protocol";
import * as z from "zod/mini";

const tab = z.string().check(z.regex(/^[0-9a-f-]{36}$/));
// Lists, not objects: a secret may be called `__proto__`.
const secrets = z.array(
  z.strictObject({
    name: secretName,
    value: secretValue,
    /** The account that this is kept for, and goes to; whoever signs in next when there is none. */
    owner: z.optional(api.databaseId),
  }),
);
/** `loads`: what the app had loaded when it was allowed. */
const grants = z.array(z.strictObject({ app: appId, loads, name: secretName }));

/** What this tab keeps in sessionStorage. Holds secret values: parse it, use it, let it go. */
const sessionRecord = z.strictObject({
  v: z.literal(3),
  /** Names the lock that tells this tab from a copy of it. */
  tab,
  /** Names this content when it moves into an account. Another content has another one. */
  mergeId: z.uuid(),
  secrets,
  grants,
});
export type SessionRecord = z.infer<typeof sessionRecord>;

/**
 * Before accounts (1), and before grants were bound to packages (2). A tab that is reloaded across an update
 * still has one. What was allowed then is asked for again.
 */
const oldGrants = z.array(z.strictObject({ app: appId, name: secretName }));
const oldRecord = z.discriminatedUnion("v", [
  z.strictObject({ v: z.literal(1), tab: z.uuid(), secrets, grants: oldGrants }),
  z.strictObject({ v: z.literal(2), tab, mergeId: z.uuid(), secrets, grants: oldGrants }),
]);

/**
 * Returns the record, or null when the text is not one: the caller removes it. One that is older has another
 * content now, and so another `mergeId` at each reading, until it is written.
 */
export function parseRecord(text: string): SessionRecord | null {
  try {
    const json: unknown = JSON.parse(text);
    const parsed = sessionRecord.safeParse(json);
    if (parsed.success) return parsed.data;
    const old = oldRecord.safeParse(json);
    if (!old.success) return null;
    const { tab, secrets } = old.data;
    return { v: 3, tab, mergeId: crypto.randomUUID(), secrets, grants: [] };
  } catch {
    return null;
  }
}
