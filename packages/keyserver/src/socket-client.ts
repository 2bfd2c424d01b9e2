import { request } from "node:http";
import * as z from "zod";

/** Null when it was done, else why not: the server's own text, which holds nothing secret. */
export type Outcome = string | null;

const status = z.object({ sealed: z.boolean() });
const refused = z.object({ errors: z.array(z.string()) });

/**
 * Hands a root key to the key server of this machine, over the socket in its folder, so that it opens.
 * @param rootKey - the text of the root key. Secret material; it goes nowhere else.
 * @throws when nothing listens on the socket.
 */
export async function unsealThroughSocket(socketFile: string, rootKey: string): Promise<Outcome> {
  const answer = await post(socketFile, "/v1/sys/unseal", rootKey);
  const parsed = status.safeParse(JSON.parse(answer));
  return parsed.success && !parsed.data.sealed ? null : reasonIn(answer);
}

/** As {@link unsealThroughSocket}, to have `operator.token` written anew. */
export async function renewOperatorToken(socketFile: string, rootKey: string): Promise<Outcome> {
  const answer = await post(socketFile, "/v1/sys/operator-token", rootKey);
  return answer === "" ? null : reasonIn(answer);
}

function reasonIn(answer: string): string {
  const errors = refused.safeParse(JSON.parse(answer));
  return errors.data?.errors.join("; ") ?? "the key server's answer was not understood";
}

function post(socketPath: string, path: string, rootKey: string): Promise<string> {
  const body = JSON.stringify({ key: rootKey.trim() });
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
    sent.setTimeout(30_000, () => sent.destroy(tooLate()));
    sent.end(body);
  });
}

/** With a code, since that is what is written down of it. */
function tooLate(): Error {
  return Object.assign(new Error("the key server did not answer"), { code: "ETIMEDOUT" });
}
