import { appId, secretName, secretValue } from "@portafilter/protocol";
import * as z from "zod/mini";

/** What this tab keeps in sessionStorage. Holds secret values: parse it, use it, let it go. */
const sessionRecord = z.strictObject({
  v: z.literal(1),
  /** Names the lock that tells this tab from a copy of it. */
  tab: z.string().check(z.regex(/^[0-9a-f-]{36}$/)),
  // Lists, not objects: a secret may be called `__proto__`.
  secrets: z.array(z.strictObject({ name: secretName, value: secretValue })),
  grants: z.array(z.strictObject({ app: appId, name: secretName })),
});
export type SessionRecord = z.infer<typeof sessionRecord>;

/** Returns the record, or null when the text is not one: the caller removes it. */
export function parseRecord(text: string): SessionRecord | null {
  try {
    const parsed = sessionRecord.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
