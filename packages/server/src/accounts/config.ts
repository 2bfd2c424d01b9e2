import * as z from "zod";
import { ConfigError, isLoopback, optional, parseSettings, textOrFile } from "../settings.ts";

const settings = z.object({
  /**
   * Server that sends mail: `smtps://user:password@host`. Without it nothing is sent. `smtp://` on another
   * machine must offer STARTTLS, unless `?requireTLS=false` says that something else protects it.
   */
  SMTP_URL: optional(z.string()),
  /** A file that holds it, where an environment is not safe enough for the password. */
  SMTP_URL_FILE: optional(z.string()),
  /** What mail is sent from: `Portafilter <no-reply@portafilter.example>`. */
  MAIL_FROM: optional(z.string()),
});

/** A provider of OpenID Connect that visitors may sign in with. Holds secret material. */
export type Provider = Readonly<{
  /** In addresses, lower case. */
  id: string;
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string | undefined;
  /** Whether its emails are believed without its saying that it verified them. */
  trustsEmail: boolean;
}>;

/** Settings of accounts. Holds secret material. */
export type AccountConfig = Readonly<{
  /** Scheme, host and port of the platform: what links in mails begin with. */
  platformOrigin: string;
  /** Seals cookies of accounts. */
  secret: string;
  smtp: Readonly<{ url: string; from: string }> | null;
  providers: readonly Provider[];
}>;

/**
 * Reads the settings once, at the start of the process.
 * @throws ConfigError naming every setting that is wrong, never its value.
 */
export function readAccountConfig(
  base: Pick<AccountConfig, "platformOrigin" | "secret">,
  env: NodeJS.ProcessEnv = process.env,
): AccountConfig {
  const s = parseSettings(settings, env);
  return Object.freeze({ ...base, smtp: smtpOf(s), providers: providersOf(env) });
}

function smtpOf(s: z.output<typeof settings>): AccountConfig["smtp"] {
  const { MAIL_FROM } = s;
  const SMTP_URL = textOrFile("SMTP_URL", s.SMTP_URL, s.SMTP_URL_FILE);
  if (SMTP_URL === undefined && MAIL_FROM === undefined) return null;
  if (SMTP_URL === undefined || MAIL_FROM === undefined) {
    throw new ConfigError("SMTP_URL and MAIL_FROM belong together");
  }
  const url = URL.parse(SMTP_URL);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === "") {
    throw new ConfigError("SMTP_URL must be smtp:// or smtps:// and a host");
  }
  if (/[\r\n]/.test(MAIL_FROM) || !MAIL_FROM.includes("@")) {
    throw new ConfigError("MAIL_FROM must be an address, or a name and an <address>");
  }
  return { url: withTls(url), from: MAIL_FROM };
}

/** Fails closed: links in mails open accounts, and without this they go in clear where nobody offers TLS. */
function withTls(url: URL): string {
  const stays = url.protocol === "smtps:" || isLoopback(url.hostname);
  if (!stays && !url.searchParams.has("requireTLS")) url.searchParams.set("requireTLS", "true");
  return url.href;
}

/** Providers are named by their settings: `OIDC_CORP_ISSUER` makes `corp`. */
function providersOf(env: NodeJS.ProcessEnv): Provider[] {
  return Object.keys(env)
    .map((key) => /^OIDC_([A-Z0-9]{1,32})_ISSUER$/.exec(key)?.[1])
    .filter((name) => name !== undefined)
    .toSorted()
    .map((name) => providerOf(name, env));
}

function providerOf(name: string, env: NodeJS.ProcessEnv): Provider {
  const setting = (suffix: string) => {
    const text = env[`OIDC_${name}_${suffix}`];
    return text === "" ? undefined : text;
  };
  const issuer = setting("ISSUER") ?? "";
  const url = URL.parse(issuer);
  const isPlain = url?.protocol === "http:" && isLoopback(url.hostname);
  if (url === null || (url.protocol !== "https:" && !isPlain) || url.search || url.hash) {
    throw new ConfigError(`OIDC_${name}_ISSUER must be an https:// address`);
  }
  const clientId = setting("CLIENT_ID");
  if (clientId === undefined) throw new ConfigError(`OIDC_${name}_CLIENT_ID is missing`);
  return {
    id: name.toLowerCase(),
    name: setting("NAME") ?? name.charAt(0) + name.slice(1).toLowerCase(),
    issuer,
    clientId,
    clientSecret: textOrFile(
      `OIDC_${name}_CLIENT_SECRET`,
      setting("CLIENT_SECRET"),
      setting("CLIENT_SECRET_FILE"),
    ),
    trustsEmail: setting("TRUST_EMAIL") === "1",
  };
}
