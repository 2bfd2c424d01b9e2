import { link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "./settings.ts";

/** Bytes of a secret that nobody guesses. */
export const shortestAuthSecret = 32;

/**
 * The server's secret where the operator gave none: kept in the data folder, made at the first start.
 * Secret material.
 * @throws ConfigError when others may read the file, or when there is too little in it.
 */
export async function ownAuthSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, "auth.secret");
  const known = await readPrivate(file);
  if (known !== undefined) return known;
  await make(dataDir, file);
  return (await readPrivate(file)) ?? refuse(file, "cannot be read");
}

/**
 * The secret that an earlier start left in the data folder. Secret material.
 * @throws ConfigError when there is none, or as `ownAuthSecret`.
 */
export async function knownAuthSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, "auth.secret");
  return (await readPrivate(file)) ?? refuse(file, "is not there: set AUTH_SECRET or DATA_DIR");
}

async function readPrivate(file: string): Promise<string | undefined> {
  const found = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if ((found.mode & 0o077) !== 0) return refuse(file, "can be read by others: make it 0600");
  const text = (await readFile(file, "utf8")).trim();
  return Buffer.byteLength(text) < shortestAuthSecret ? refuse(file, "holds too little") : text;
}

function refuse(file: string, why: string): never {
  throw new ConfigError(`${file} ${why}`);
}

/** Written beside it and linked when it is whole, so that no crash leaves half a secret, nor two servers two. */
async function make(dataDir: string, file: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(shortestAuthSecret)));
  const draft = `${file}.${crypto.randomUUID()}`;
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(`${random.toString("base64url")}\n`);
    await handle.sync();
    await link(draft, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}
