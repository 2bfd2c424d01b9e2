import { request } from "node:http";
import * as z from "zod";

/** What came of an attempt to unseal. `reason` is the server's own text and holds nothing secret. */
export type UnsealOutcome =
  | { readonly unsealed: true }
  | { readonly unsealed: false; readonly reason: string };

const status = z.object({ sealed: z.boolean() });
const refused = z.object({ errors: z.array(z.string()) });

/**
 * Hands a root key to the key server of this machine, over the socket in its folder.
 * @param rootKey - the text of the root key. Secret material; it goes nowhere else.
 * @throws when nothing listens on the socket.
 */
export async function unsealThroughSocket(
  socketFile: string,
  rootKey: string,
): Promise<UnsealOutcome> {
  const body = await post(socketFile, "/v1/sys/unseal", JSON.stringify({ key: rootKey.trim() }));
  const answer: unknown = JSON.parse(body);
  const parsed = status.safeParse(answer);
  if (parsed.success && !parsed.data.sealed) return { unsealed: true };
  const errors = refused.safeParse(answer);
  return { unsealed: false, reason: errors.data?.errors.join("; ") ?? "still sealed" };
}

function post(socketPath: string, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method: "POST" }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => {
        resolve(text);
      });
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.setTimeout(30_000, () => sent.destroy(new Error("the key server did not answer")));
    sent.end(body);
  });
}
