import { api, appId, secretName, secretValue } from "@portafilter/protocol";
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
const grants = z.array(z.strictObject({ app: appId, name: secretName }));

/** What this tab keeps in sessionStorage. Holds secret values: parse it, use it, let it go. */
const sessionRecord = z.strictObject({
  v: z.literal(2),
  /** Names the lock that tells this tab from a copy of it. */
  tab,
  /** Names this content when it moves into an account. Another content has another one. */
  mergeId: z.uuid(),
  secrets,
  grants,
});
export type SessionRecord = z.infer<typeof sessionRecord>;

/** Before there were accounts. A tab that is reloaded across an update still has one. */
const recordV1 = z.strictObject({ v: z.literal(1), tab: z.uuid(), secrets, grants });

/** Returns the record, or null when the text is not one: the caller removes it. */
export function parseRecord(text: string): SessionRecord | null {
  try {
    const json: unknown = JSON.parse(text);
    const parsed = sessionRecord.safeParse(json);
    if (parsed.success) return parsed.data;
    const old = recordV1.safeParse(json);
    // The tab's own id is as unique as a new one, and the same at every reading.
    return old.success ? { ...old.data, v: 2, mergeId: old.data.tab } : null;
  } catch {
    return null;
  }
}
