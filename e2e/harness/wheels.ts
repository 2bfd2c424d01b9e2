import { get } from "node:http";
import { buffer } from "node:stream/consumers";
import { paths } from "@portafilter/protocol";
import { closure, readLock } from "../../packages/server/src/packages/lock.ts";

type Wheel = { readonly file: string; readonly content: Buffer };

/** The wheels of `names` and of all they need, from the mirror of the server under test. */
export async function fetchWheels(address: string, names: readonly string[]): Promise<Wheel[]> {
  const files = closure(readLock(), names);
  return Promise.all(
    files.map(async ({ file, sha256 }) => ({
      file,
      content: await fetchFromAppOrigin(address, `${paths.packages}${sha256}/${file}`),
    })),
  );
}

/** Wheels are served on app origins, whose names Node does not resolve by itself. */
function fetchFromAppOrigin(address: string, path: string): Promise<Buffer> {
  const { port, host } = new URL(address);
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", path, headers: { host: `wheels.${host}` } }, (answer) => {
      if (answer.statusCode === 200) resolve(buffer(answer));
      else reject(new Error(`The mirror answered ${String(answer.statusCode)} for ${path}.`));
    }).on("error", reject);
  });
}
