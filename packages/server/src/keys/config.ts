import { readFileSync } from "node:fs";
import * as z from "zod";
import {
  ConfigError,
  isLoopback,
  oneOf,
  optional,
  parseSettings,
  readSettingFile,
  seconds,
} from "../settings.ts";
import type { Endpoint } from "./transport.ts";

const pathPart = z
  .string()
  .regex(
    /^\w(?:[\w.-]{0,126}\w)?$/,
    "must be up to 128 letters, digits, _, - and ., with no - or . at either end",
  );
const tokenText = /^[\x21-\x7e]{1,4096}$/;

const settings = z.object({
  /** Address of the key server: ours, OpenBao or Vault. Without it there are no stored secrets. */
  KEYSERVER_ADDR: optional(z.string()),
  /** The app's token, where an environment is safer than a file. */
  KEYSERVER_TOKEN: optional(z.string()),
  /** A file that holds the app's token. It is read for each request, so it may be renewed. */
  KEYSERVER_TOKEN_FILE: optional(z.string()),
  /** Authorities that may have signed the key server's certificate, instead of the system's. */
  KEYSERVER_CA_FILE: optional(z.string()),
  /** Certificate and key to show to a key server that asks for them. */
  KEYSERVER_CLIENT_CERT_FILE: optional(z.string()),
  KEYSERVER_CLIENT_KEY_FILE: optional(z.string()),
  KEYSERVER_NAMESPACE: optional(
    z.string().regex(/^[\w./-]{1,256}$/, "must be up to 256 letters, digits, _, -, . and /"),
  ),
  KEYSERVER_MOUNT: pathPart.default("transit"),
  KEYSERVER_KEY: pathPart.default("portafilter"),
  /** Seconds for a whole operation. Below 8, so that a trial and the rest before it take under 10. */
  KEYSERVER_TIMEOUT: seconds(0.1, 7).default(5),
  /** Allows plain HTTP to another machine, where something else protects the connection. */
  KEYSERVER_PLAIN_HTTP: oneOf("", "0", "1").default(""),
});
type Settings = z.output<typeof settings>;

/** How to reach the key server. Holds secret material: the token, and the client's key. */
export type KeyClientConfig = Endpoint &
  Readonly<{
    /** Reads the token. @throws the file system's error, or Error when the file holds none. */
    token: () => string;
    namespace: string | undefined;
    mount: string;
    key: string;
    /** Milliseconds. */
    timeout: number;
  }>;

/**
 * Reads the settings once, at the start of the process.
 * @returns undefined when no key server is configured.
 * @throws ConfigError naming every setting that is wrong, never its value.
 */
export function readKeyClientConfig(
  env: NodeJS.ProcessEnv = process.env,
): KeyClientConfig | undefined {
  const s = parseSettings(settings, env);
  if (s.KEYSERVER_ADDR === undefined) return undefined;
  return Object.freeze({
    origin: originOf(s.KEYSERVER_ADDR, s.KEYSERVER_PLAIN_HTTP === "1"),
    ca: readFileOf("KEYSERVER_CA_FILE", s),
    client: clientOf(s),
    token: tokenOf(s),
    namespace: s.KEYSERVER_NAMESPACE,
    mount: s.KEYSERVER_MOUNT,
    key: s.KEYSERVER_KEY,
    timeout: s.KEYSERVER_TIMEOUT * 1000,
  });
}

function originOf(address: string, mayBePlain: boolean): string {
  const url = URL.parse(address);
  // A path, a user name or a query would be left out in silence.
  if (url?.href !== `${url?.origin}/` || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError("KEYSERVER_ADDR must be https:// and a host, with a port if need be");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !mayBePlain) {
    throw new ConfigError(
      "KEYSERVER_ADDR is on another machine: use https://, or set KEYSERVER_PLAIN_HTTP=1 where something else protects the connection",
    );
  }
  return url.origin;
}

function clientOf(s: Settings): Endpoint["client"] {
  const cert = readFileOf("KEYSERVER_CLIENT_CERT_FILE", s);
  const key = readFileOf("KEYSERVER_CLIENT_KEY_FILE", s);
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  throw new ConfigError("KEYSERVER_CLIENT_CERT_FILE and KEYSERVER_CLIENT_KEY_FILE belong together");
}

function tokenOf(s: Settings): () => string {
  const { KEYSERVER_TOKEN: text, KEYSERVER_TOKEN_FILE: file } = s;
  if ((text === undefined) === (file === undefined)) {
    throw new ConfigError("Give KEYSERVER_TOKEN or KEYSERVER_TOKEN_FILE, one of them");
  }
  const token = () => {
    const found = text ?? readFileSync(file ?? "", "utf8").trim();
    if (!tokenText.test(found)) throw new Error("this is no token");
    return found;
  };
  try {
    token();
  } catch {
    throw new ConfigError(
      `${text === undefined ? "KEYSERVER_TOKEN_FILE" : "KEYSERVER_TOKEN"} holds no token, or cannot be read`,
    );
  }
  return token;
}

type FileSetting = Extract<keyof Settings, `${string}_FILE`>;

function readFileOf(name: FileSetting, s: Settings): string | undefined {
  const file = s[name];
  return file === undefined ? undefined : readSettingFile(name, file);
}
