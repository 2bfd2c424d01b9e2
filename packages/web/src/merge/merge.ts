import { api, limits } from "@portafilter/protocol";
import type { Client } from "../api/client.ts";
import type { SessionStore, TabContent } from "../session/store.ts";

/** A merge writes and seals everything in one transaction. */
const patience = 20_000;

/**
 * Moves what this tab holds for `account` there, and into no other, whoever is signed in by now: sends it under
 * the id that names exactly this content, and erases it here after the server's answer, never before. So a page that ends
 * at any point sends the same again, which the server knows by the id. Returns null when there was
 * nothing to move; throws `ApiError`, and then nothing was erased.
 */
export async function mergeTab(
  session: Pick<SessionStore, "content" | "erase">,
  { send }: Pick<Client, "send">,
  account: string,
): Promise<api.MergeAnswer | null> {
  const content = session.content(account);
  if (content === null) return null;
  const part = withinLimits(content);
  const answer = await send({
    method: "POST",
    path: "/api/v1/merge",
    body: part satisfies typeof api.merge._zod.input,
    account,
    reply: api.mergeAnswer,
    patience,
  });
  session.erase(part);
  return answer;
}

/** As much as one request may carry; what stays behind is another content, and goes next. */
function withinLimits({ mergeId, secrets, grants }: TabContent): TabContent {
  const some = secrets.slice(0, limits.secretsPerUser);
  const names = new Set(some.map(({ name }) => name));
  return {
    mergeId,
    secrets: some,
    grants: grants.filter(({ name }) => names.has(name)).slice(0, limits.mergeGrants),
  };
}
