import { join, resolve } from "node:path";
import * as z from "zod";

const flag = z.enum(["", "0", "1"], "must be 0 or 1").transform((text) => text === "1");
const optional = z
  .string()
  .optional()
  .transform((text) => (text === "" ? undefined : text));

const filled = z.string().min(1, "must not be empty");
const anyPort = "must be a whole number from 0 to 65535";

const settings = z.object({
  DATA_DIR: filled.default("./data"),
  KEYSERVER_HOST: filled.default("127.0.0.1"),
  KEYSERVER_PORT: z.coerce
    .number(anyPort)
    .int(anyPort)
    .min(0, anyPort)
    .max(65535, anyPort)
    .default(8210),
  /** Name of the key that is made at the first start, and that the app's token may use. */
  KEYSERVER_KEY: z
    .string()
    .regex(
      /^\w(?:[\w.-]{0,126}\w)?$/,
      "must be up to 128 letters, digits, _, - and ., with no - or . at either end",
    )
    .default("portafilter"),
  /** Where the root key is. Without the file the server starts sealed. */
  ROOT_KEY_FILE: optional,
  /** The root key itself, where an environment is safer than a file. */
  ROOT_KEY: optional,
  KEYSERVER_ANCHOR_FILE: optional,
  KEYSERVER_AUDIT_FILE: optional,
  TLS_CERT_FILE: optional,
  TLS_KEY_FILE: optional,
  /** Authorities whose client certificates are asked for; without one of them nobody connects. */
  CLIENT_CA_FILE: optional,
  /** Allows plain HTTP on an address that other machines reach. */
  KEYSERVER_PLAIN_HTTP: flag.default(false),
});

/** A setting that cannot be used. The message names the setting, never its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Certificates to serve with, by file. */
export type TlsFiles = {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
};

/** Everything the process may be told from outside. */
export type KeyServerConfig = Readonly<{
  host: string;
  port: number;
  /** Where everything is kept, 0700. */
  folder: string;
  keyName: string;
  rootKeyFile: string;
  /** Secret material: the root key, where it was given as such. */
  rootKey: string | undefined;
  anchorFile: string;
  auditFile: string;
  /** Where the machine's own people unseal the server. */
  socketFile: string;
  tls: TlsFiles | undefined;
}>;

/**
 * Reads the settings once, at the start of the process.
 * @throws ConfigError naming every setting that is wrong, and what is allowed instead.
 */
export function readKeyServerConfig(env: NodeJS.ProcessEnv = process.env): KeyServerConfig {
  const parsed = settings.safeParse(env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new ConfigError([...new Set(wrong)].join("; "));
  }
  const s = parsed.data;
  if (s.ROOT_KEY !== undefined && s.ROOT_KEY_FILE !== undefined) {
    throw new ConfigError("Give ROOT_KEY or ROOT_KEY_FILE, not both");
  }
  if ((s.TLS_CERT_FILE === undefined) !== (s.TLS_KEY_FILE === undefined)) {
    throw new ConfigError("TLS_CERT_FILE and TLS_KEY_FILE belong together");
  }
  if (s.CLIENT_CA_FILE !== undefined && s.TLS_CERT_FILE === undefined) {
    throw new ConfigError("CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE");
  }
  const tls =
    s.TLS_CERT_FILE === undefined || s.TLS_KEY_FILE === undefined
      ? undefined
      : { cert: s.TLS_CERT_FILE, key: s.TLS_KEY_FILE, clientCa: s.CLIENT_CA_FILE };
  if (tls === undefined && !isLoopback(s.KEYSERVER_HOST) && !s.KEYSERVER_PLAIN_HTTP) {
    throw new ConfigError(
      "KEYSERVER_HOST is reached by other machines: set TLS_CERT_FILE and TLS_KEY_FILE, or KEYSERVER_PLAIN_HTTP=1 where something else protects the connection",
    );
  }
  const folder = join(resolve(s.DATA_DIR), "keyserver");
  return Object.freeze({
    host: s.KEYSERVER_HOST,
    port: s.KEYSERVER_PORT,
    folder,
    keyName: s.KEYSERVER_KEY,
    rootKeyFile: resolve(s.ROOT_KEY_FILE ?? join(folder, "root.key")),
    rootKey: s.ROOT_KEY,
    anchorFile: resolve(s.KEYSERVER_ANCHOR_FILE ?? join(folder, "anchor.json")),
    auditFile: resolve(s.KEYSERVER_AUDIT_FILE ?? join(folder, "audit.log")),
    socketFile: join(folder, "unseal.sock"),
    tls,
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
