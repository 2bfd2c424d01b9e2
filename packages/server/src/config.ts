import { resolve } from "node:path";
import * as z from "zod";
import { type AccountConfig, readAccountConfig } from "./accounts/config.ts";
import { knownAuthSecret, shortestAuthSecret } from "./auth-secret.ts";
import { type DatabaseConfig, readDatabaseConfig } from "./db/config.ts";
import { type KeyClientConfig, readKeyClientConfig } from "./keys/config.ts";
import {
  ConfigError,
  filled,
  isLoopback,
  oneOf,
  optional,
  parseSettings,
  positiveNumber,
  seconds,
  textOrFile,
  wholeNumber,
} from "./settings.ts";

export { ConfigError } from "./settings.ts";

const hostName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "must be a lower-case host name, without a port");
const httpUrl = z.url({
  protocol: /^https?$/,
  error: "must be an address that begins with http:// or https://",
});
/** `host` or `host:port`, or a whole origin: `hosts.ts` has what the difference is. */
const packageHosts = z
  .string()
  .transform((list) => list.split(/[\s,]+/).filter((host) => host !== ""))
  .refine(
    (list) => list.every(isPackageHost),
    "must be a list of host names or origins, such as files.example or https://files.example:8443",
  );
const aWhile = () => seconds(0.001, 3600);
const port = wholeNumber(1, 65535);

const settings = z.object({
  PORT: port.default(8080),
  HOST: filled().default("127.0.0.1"),
  DATA_DIR: filled().default("./data"),
  /** Host name of the platform's pages and API. */
  PLATFORM_HOST: hostName.default("pycafe.localhost"),
  /** Apps live on `<app id>.<this>`; in production another registrable domain than the platform's. */
  APPS_DOMAIN: optional(hostName),
  /** The platform's address as browsers see it, where a proxy stands in front. */
  PUBLIC_URL: optional(httpUrl),
  /** A folder of wheels that is looked in before any other source. */
  WHEELHOUSE: optional(z.string()),
  /** Base of Pyodide's CDN, to which `v<release>/full/<file>` is added. */
  PYODIDE_CDN: optional(httpUrl),
  /** Package index (PEP 503 or 691), as pip takes it; may carry a user name and password. */
  PIP_INDEX_URL: optional(httpUrl),
  PIP_CONFIG_FILE: optional(z.string()),
  /** Hosts, besides the index's own, that wheels may be fetched from. */
  PACKAGE_FILE_HOSTS: optional(packageHosts),
  HOME: optional(z.string()),
  /** Seconds until a source must have begun to answer. */
  SOURCE_CONNECT_TIMEOUT: aWhile().default(5),
  /** Seconds that a source may pause within an answer. */
  SOURCE_IDLE_TIMEOUT: aWhile().default(30),
  /** Seconds for which a source that did not answer is left alone. */
  SOURCE_DOWN_TIME: aWhile().default(60),
  /** Megabytes that packages from the index, which the lock does not name, may take on the disk. */
  LISTED_PACKAGES_MAX_MB: positiveNumber().default(2048),
  /** Whether large files are sent compressed: `auto` spares clients on this machine. */
  COMPRESS: oneOf("auto", "always", "never").default("auto"),
  /** How many proxies of the operator's own stand in front and add to X-Forwarded-For. */
  TRUSTED_PROXIES: wholeNumber(0, 10).default(0),
  /** Metrics are served on this port of the loopback address; not at all without it. */
  METRICS_PORT: optional(port),
  /** What cookies, counters and the audit are protected with: 32 bytes or more, the same on every server. */
  AUTH_SECRET: optional(z.string()),
  /** A file that holds it. */
  AUTH_SECRET_FILE: optional(z.string()),
  LOG_LEVEL: oneOf("fatal", "error", "warn", "info", "debug", "silent").default("warn"),
});

/** Everything the process may be told from outside. Frozen; nothing else reads the environment. */
export type Config = Readonly<{
  port: number;
  host: string;
  dataDir: string;
  platformHost: string;
  appsDomain: string;
  /** Scheme, host and port of the platform, no slash at the end. */
  platformOrigin: string;
  wheelhouse: string | undefined;
  pyodideCdn: string | undefined;
  pipIndexUrl: string | undefined;
  pipConfigFiles: readonly string[];
  fileHosts: readonly string[] | undefined;
  connectTimeout: number;
  idleTimeout: number;
  downTime: number;
  listedMaxBytes: number;
  compress: "auto" | "always" | "never";
  trustedProxies: number;
  metricsPort: number | undefined;
  logLevel: string;
  /** Undefined where there is no key server: visitors have no accounts then. */
  accounts: AccountSettings | undefined;
}>;

/** Settings of all that accounts need. Holds secret material. */
export type AccountSettings = Readonly<{
  keyServer: KeyClientConfig;
  database: DatabaseConfig;
  /** Undefined: the one in the data folder (`auth-secret.ts`). */
  authSecret: string | undefined;
  accounts: Omit<AccountConfig, "secret">;
}>;

/**
 * Reads the settings once, at the start of the process.
 * @throws ConfigError naming every setting that is wrong.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const s = parseSettings(settings, env);
  const publicUrl = new URL(s.PUBLIC_URL ?? `http://${s.PLATFORM_HOST}:${s.PORT}`);
  if (publicUrl.hostname !== s.PLATFORM_HOST) {
    throw new ConfigError("PUBLIC_URL must have PLATFORM_HOST as its host name");
  }
  return Object.freeze({
    port: s.PORT,
    host: s.HOST,
    dataDir: resolve(s.DATA_DIR),
    platformHost: s.PLATFORM_HOST,
    appsDomain: s.APPS_DOMAIN ?? s.PLATFORM_HOST,
    platformOrigin: publicUrl.origin,
    wheelhouse: s.WHEELHOUSE === undefined ? undefined : resolve(s.WHEELHOUSE),
    pyodideCdn: s.PYODIDE_CDN,
    pipIndexUrl: s.PIP_INDEX_URL,
    pipConfigFiles: pipConfigFiles(s.PIP_CONFIG_FILE, s.HOME),
    fileHosts: s.PACKAGE_FILE_HOSTS,
    connectTimeout: s.SOURCE_CONNECT_TIMEOUT * 1000,
    idleTimeout: s.SOURCE_IDLE_TIMEOUT * 1000,
    downTime: s.SOURCE_DOWN_TIME * 1000,
    listedMaxBytes: s.LISTED_PACKAGES_MAX_MB * 1024 * 1024,
    compress: s.COMPRESS,
    trustedProxies: s.TRUSTED_PROXIES,
    metricsPort: s.METRICS_PORT,
    logLevel: s.LOG_LEVEL,
    accounts: accountSettings(s, publicUrl, env),
  });
}

/** What a command needs that reads the database beside the server. Holds secret material. */
export type VerifyConfig = Readonly<{
  dataDir: string;
  database: DatabaseConfig;
  authSecret: string;
}>;

/**
 * Reads the settings of `portafilter audit verify`.
 * @throws ConfigError naming every setting that is wrong, or when the server's secret is not there.
 */
export async function readVerifyConfig(
  env: NodeJS.ProcessEnv = process.env,
): Promise<VerifyConfig> {
  const s = parseSettings(settings, env);
  const dataDir = resolve(s.DATA_DIR);
  const authSecret = authSecretOf(s) ?? (await knownAuthSecret(dataDir));
  return Object.freeze({ dataDir, database: readDatabaseConfig(env), authSecret });
}

/** What a command needs that wraps data keys anew. Holds secret material. */
export type RewrapConfig = Readonly<{ database: DatabaseConfig; keyServer: KeyClientConfig }>;

/**
 * Reads the settings of `portafilter rotate`.
 * @throws ConfigError naming every setting that is wrong, or when there is no key server.
 */
export function readRewrapConfig(env: NodeJS.ProcessEnv = process.env): RewrapConfig {
  const keyServer = readKeyClientConfig(env);
  if (keyServer === undefined) throw new ConfigError("KEYSERVER_ADDR must be the key server's");
  return Object.freeze({ database: readDatabaseConfig(env), keyServer });
}

function accountSettings(
  s: z.output<typeof settings>,
  publicUrl: URL,
  env: NodeJS.ProcessEnv,
): AccountSettings | undefined {
  const keyServer = readKeyClientConfig(env);
  if (keyServer === undefined) return undefined;
  const platformOrigin = publicUrl.origin;
  if (!isSecureContext(publicUrl)) {
    throw new ConfigError(
      "PUBLIC_URL must be https:// where there are accounts: over plain HTTP browsers keep no sign-in",
    );
  }
  const database = readDatabaseConfig(env);
  const authSecret = authSecretOf(s);
  if (authSecret === undefined && database.kind === "postgres") {
    throw new ConfigError("DATABASE_URL needs AUTH_SECRET or AUTH_SECRET_FILE");
  }
  const { smtp, providers } = readAccountConfig({ platformOrigin, secret: "" }, env);
  const accounts = { platformOrigin, smtp, providers };
  return Object.freeze({ keyServer, database, authSecret, accounts });
}

/** Whether browsers take the address for safe on its way: what is on their own machine needs no TLS. */
function isSecureContext({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || hostname.endsWith(".localhost") || isLoopback(hostname);
}

function authSecretOf(s: z.output<typeof settings>): string | undefined {
  const { AUTH_SECRET: text, AUTH_SECRET_FILE: file } = s;
  const secret = textOrFile("AUTH_SECRET", text, file);
  const name = file === undefined ? "AUTH_SECRET" : "AUTH_SECRET_FILE";
  if (secret !== undefined && Buffer.byteLength(secret) < shortestAuthSecret) {
    throw new ConfigError(`${name} must hold ${shortestAuthSecret} bytes or more`);
  }
  return secret;
}

function isPackageHost(text: string): boolean {
  const url = URL.parse(text.includes("://") ? text : `https://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  // Written as URLs write it, so that it is compared with what they say.
  return [url.origin, url.host].includes(text);
}

/** Where pip looks for its configuration, the strongest first. */
function pipConfigFiles(explicit: string | undefined, home: string | undefined): string[] {
  const personal =
    home === undefined ? [] : [`${home}/.config/pip/pip.conf`, `${home}/.pip/pip.conf`];
  return [...(explicit === undefined ? [] : [explicit]), ...personal, "/etc/pip.conf"];
}
