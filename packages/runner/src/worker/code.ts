import { limits } from "@portafilter/protocol";

/** There is no program to run; the message names its address and why. */
export class NoCode extends Error {}

/**
 * The program of an app: as the host page sent it, or from the address that the link named. It is
 * fetched here, in the app's own origin: the platform's never fetches for an app.
 *
 * @throws NoCode where nothing usable comes from there.
 */
export async function codeOf(app: { code: string; codeUrl?: string | undefined }): Promise<string> {
  const { code, codeUrl } = app;
  if (codeUrl === undefined) return code;
  const bytes = await bytesFrom(codeUrl);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NoCode(`What ${codeUrl} holds is not text in UTF-8.`, { cause });
  }
}

async function bytesFrom(address: string): Promise<Uint8Array> {
  try {
    const response = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (!response.ok) throw new NoCode(`${address} answered with status ${response.status}.`);
    const bytes = await readUpTo(response, limits.linkCode);
    if (bytes === null) throw new NoCode(`The program at ${address} is larger than 1 MiB.`);
    return bytes;
  } catch (cause) {
    if (cause instanceof NoCode) throw cause;
    throw new NoCode(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The whole body, or null when it is longer than `limit` bytes; then the rest is not fetched. */
async function readUpTo(response: Response, limit: number): Promise<Uint8Array | null> {
  const reader = response.body?.getReader();
  const bytes = new Uint8Array(limit);
  let at = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    if (at + part.value.length > limit) {
      await reader?.cancel();
      return null;
    }
    bytes.set(part.value, at);
    at += part.value.length;
  }
  return bytes.subarray(0, at);
}
