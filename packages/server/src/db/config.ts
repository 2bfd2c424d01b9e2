import { join, resolve } from "node:path";
import * as z from "zod";
import {
  ConfigError,
  filled,
  isLoopback,
  optional,
  parseSettings,
  seconds,
  textOrFile,
  wholeNumber,
} from "../settings.ts";

const aWhile = () => seconds(0.1, 3600);

const settings = z.object({
  DATA_DIR: filled().default("./data"),
  /** A PostgreSQL database, `postgres://user:password@host:port/name`. Without it PGlite, in DATA_DIR/db. */
  DATABASE_URL: optional(z.string()),
  /** A file that holds it, where an environment is not safe enough. */
  DATABASE_URL_FILE: optional(z.string()),
  /** The same for `portafilter migrate`, so that the user who serves needs no right to change tables. */
  MIGRATE_DATABASE_URL: optional(z.string()),
  MIGRATE_DATABASE_URL_FILE: optional(z.string()),
  /** Connections of one process, not counting the one that listens. */
  DATABASE_POOL: wholeNumber(1, 500).default(10),
  /** Seconds that a command waits for a database that is coming up; `serve` starts without it. */
  DATABASE_START_TIMEOUT: aWhile().default(30),
  /** Seconds until there must be a connection, be it a new one or one that another request held. */
  DATABASE_CONNECT_TIMEOUT: aWhile().default(5),
  /** Seconds that a statement may take. */
  DATABASE_STATEMENT_TIMEOUT: aWhile().default(10),
  /** Seconds that a statement may wait for a row that another one holds. */
  DATABASE_LOCK_TIMEOUT: aWhile().default(5),
  /** Seconds that a transaction may pause. More than the key server may take to answer. */
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT: aWhile().default(15),
});
type Settings = z.output<typeof settings>;
type UrlSetting = Extract<keyof Settings, `${string}_URL`>;

export type PGliteConfig = Readonly<{
  kind: "pglite";
  folder: string;
}>;

/** Holds secret material: the password in `url`. All times in milliseconds. */
export type PostgresConfig = Readonly<{
  kind: "postgres";
  url: string;
  pool: number;
  startTimeout: number;
  connectTimeout: number;
  statementTimeout: number;
  lockTimeout: number;
  idleInTransactionTimeout: number;
}>;
export type DatabaseConfig = PGliteConfig | PostgresConfig;

/**
 * Reads the settings once, at the start of the process.
 * @throws ConfigError naming every setting that is wrong, never its value.
 */
export function readDatabaseConfig(env: NodeJS.ProcessEnv = process.env): DatabaseConfig {
  const s = parseSettings(settings, env);
  const url = urlOf("DATABASE_URL", s);
  return url === undefined
    ? Object.freeze({ kind: "pglite", folder: join(resolve(s.DATA_DIR), "db") })
    : postgres(url, s);
}

/** With whose rights tables are changed, and the user that serves, where that is another one. */
export type MigrateConfig = Readonly<{ config: DatabaseConfig; servingUrl: string | undefined }>;

/**
 * Reads the settings of `portafilter migrate`.
 * @throws ConfigError naming every setting that is wrong, never its value.
 */
export function readMigrateConfig(env: NodeJS.ProcessEnv = process.env): MigrateConfig {
  const s = parseSettings(settings, env);
  const url = urlOf("MIGRATE_DATABASE_URL", s);
  if (url === undefined) return { config: readDatabaseConfig(env), servingUrl: undefined };
  return { config: postgres(url, s), servingUrl: urlOf("DATABASE_URL", s) };
}

function postgres(url: string, s: Settings): PostgresConfig {
  return Object.freeze({
    kind: "postgres",
    url,
    pool: s.DATABASE_POOL,
    startTimeout: s.DATABASE_START_TIMEOUT * 1000,
    connectTimeout: s.DATABASE_CONNECT_TIMEOUT * 1000,
    statementTimeout: s.DATABASE_STATEMENT_TIMEOUT * 1000,
    lockTimeout: s.DATABASE_LOCK_TIMEOUT * 1000,
    idleInTransactionTimeout: s.DATABASE_IDLE_IN_TRANSACTION_TIMEOUT * 1000,
  });
}

function urlOf(name: UrlSetting, s: Settings): string | undefined {
  const file = s[`${name}_FILE`];
  const setting = file === undefined ? name : `${name}_FILE`;
  const url = textOrFile(name, s[name], file);
  if (url === undefined) return undefined;
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(?:ql)?:$/.test(parsed.protocol)) {
    throw new ConfigError(`${setting} must be postgres://user:password@host:port/name`);
  }
  return withTls(setting, parsed);
}

/** What pg takes for another word for `verify-full`, after a warning; libpq takes less care with them. */
const verified = ["prefer", "require", "verify-ca", "verify-full"];

/** Fails closed: without `sslmode`, pg would send everything in clear to whatever answers. */
function withTls(setting: string, url: URL): string {
  const mode = url.searchParams.get("sslmode");
  const host = url.searchParams.get("host") ?? url.hostname;
  const stays = host === "" || /^(?:\/|%2f)/i.test(host) || isLoopback(host);
  if (mode === null && !stays) {
    throw new ConfigError(
      `${setting} is on another machine: add ?sslmode=verify-full, or ?sslmode=disable where something else protects the connection`,
    );
  }
  if (mode !== null && !["disable", ...verified].includes(mode)) {
    throw new ConfigError(`${setting}: sslmode must be verify-full, or disable`);
  }
  if (mode !== null && verified.includes(mode)) url.searchParams.set("sslmode", "verify-full");
  return url.href;
}
