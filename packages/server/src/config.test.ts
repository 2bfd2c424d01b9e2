import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";
import { temporaryFolder } from "./testing/packages.ts";

test("without any settings, the platform is on this machine", () => {
  expect(readConfig({})).toMatchObject({
    port: 8080,
    host: "127.0.0.1",
    platformOrigin: "http://pycafe.localhost:8080",
    appsDomain: "pycafe.localhost",
    compress: "auto",
    trustedProxies: 0,
    metricsPort: undefined,
    accounts: undefined,
  });
  expect(Object.isFrozen(readConfig({}))).toBe(true);
});

describe("where there is a key server", () => {
  const keyServer = { KEYSERVER_ADDR: "http://127.0.0.1:8210", KEYSERVER_TOKEN: "t".repeat(32) };
  const secret = "canary-pw".repeat(4);

  test("accounts are in a database of the data folder, and the secret is made there", () => {
    const { accounts } = readConfig({ ...keyServer, DATA_DIR: "/data" });
    expect(accounts).toMatchObject({
      database: { kind: "pglite", folder: "/data/db" },
      authSecret: undefined,
      accounts: { platformOrigin: "http://pycafe.localhost:8080", smtp: null, providers: [] },
    });
    expect(Object.isFrozen(accounts)).toBe(true);
  });

  test("a database that servers share needs a secret that they share", () => {
    const shared = { ...keyServer, DATABASE_URL: "postgres://u:canary-pw@127.0.0.1/d" };
    expect(() => readConfig(shared)).toThrow("DATABASE_URL needs AUTH_SECRET");
    expect(readConfig({ ...shared, AUTH_SECRET: secret }).accounts?.authSecret).toBe(secret);
  });

  test("over plain HTTP they are on this machine only: browsers would keep no sign-in", () => {
    const named = { ...keyServer, PLATFORM_HOST: "cafe.test" };
    expect(() => readConfig(named)).toThrow("PUBLIC_URL must be https://");
    expect(() => readConfig({ ...named, PUBLIC_URL: "http://cafe.test" })).toThrow(ConfigError);
    expect(() => readConfig({ ...keyServer, PLATFORM_HOST: "localhost.test" })).toThrow(
      ConfigError,
    );
    expect(readConfig({ ...named, PUBLIC_URL: "https://cafe.test" }).accounts).toBeDefined();
    for (const host of ["localhost", "cafe.localhost", "127.0.0.1"]) {
      expect(readConfig({ ...keyServer, PLATFORM_HOST: host }).accounts).toBeDefined();
    }
    expect(readConfig({ PLATFORM_HOST: "cafe.test" }).accounts).toBeUndefined();
  });

  test("the secret may be in a file", async () => {
    const file = join(await temporaryFolder(), "secret");
    await writeFile(file, `${secret}\n`);
    expect(readConfig({ ...keyServer, AUTH_SECRET_FILE: file }).accounts?.authSecret).toBe(secret);
    expect(() => readConfig({ ...keyServer, AUTH_SECRET_FILE: file, AUTH_SECRET: secret })).toThrow(
      "one of them",
    );
  });

  test.for([
    { AUTH_SECRET: "canary-pw" },
    { AUTH_SECRET_FILE: "/nowhere" },
    { KEYSERVER_ADDR: "http://canary-pw.test/" },
    { DATABASE_URL: "mysql://canary-pw" },
    { SMTP_URL: "canary-pw" },
  ])("%j is refused by name, and its value is not repeated", (wrong) => {
    expect(() => readConfig({ ...keyServer, ...wrong })).toThrow(Object.keys(wrong)[0]);
    expect(() => readConfig({ ...keyServer, ...wrong })).not.toThrow("canary-pw");
  });
});

test("behind a proxy, with apps on another domain", () => {
  const config = readConfig({
    PLATFORM_HOST: "cafe.test",
    APPS_DOMAIN: "apps.test",
    PUBLIC_URL: "https://cafe.test/",
  });
  expect(config).toMatchObject({ platformOrigin: "https://cafe.test", appsDomain: "apps.test" });
});

test.for([
  ["PORT", "many", "must be a whole number from 1 to 65535"],
  ["PORT", "99999", "must be a whole number from 1 to 65535"],
  ["PORT", "80.5", "must be a whole number from 1 to 65535"],
  ["METRICS_PORT", "-1", "must be a whole number from 1 to 65535"],
  ["HOST", "", "must not be empty"],
  ["DATA_DIR", "", "must not be empty"],
  ["PLATFORM_HOST", "a b", "must be a lower-case host name, without a port"],
  ["APPS_DOMAIN", "a.b:1", "must be a lower-case host name, without a port"],
  ["PUBLIC_URL", "cafe.test", "must be an address that begins with http:// or https://"],
  ["PIP_INDEX_URL", "ftp://x", "must be an address that begins with http:// or https://"],
  [
    "PACKAGE_FILE_HOSTS",
    "files.test, https://files.test/path",
    "must be a list of host names or origins, such as files.example or https://files.example:8443",
  ],
  ["SOURCE_IDLE_TIMEOUT", "soon", "must be a number of seconds from 0.001 to 3600"],
  ["LISTED_PACKAGES_MAX_MB", "0", "must be a number above 0"],
  ["TRUSTED_PROXIES", "99", "must be a whole number from 0 to 10"],
  ["COMPRESS", "gzip", "must be auto, always or never"],
  ["LOG_LEVEL", "all", "must be fatal, error, warn, info, debug or silent"],
  ["DATABASE_POOL", "0", "must be a whole number from 1 to 500"],
  ["DATABASE_LOCK_TIMEOUT", "Infinity", "must be a number of seconds from 0.1 to 3600"],
  ["KEYSERVER_TIMEOUT", "8", "must be a number of seconds from 0.1 to 7"],
  ["KEYSERVER_PLAIN_HTTP", "yes", "must be 0 or 1"],
  ["KEYSERVER_NAMESPACE", " ", "must be up to 256 letters, digits, _, -, . and /"],
  [
    "KEYSERVER_MOUNT",
    "a/b",
    "must be up to 128 letters, digits, _, - and ., with no - or . at either end",
  ],
] as const)(
  "%s=%s is refused in a sentence that says what is allowed",
  ([name, value, allowed]) => {
    const keyServer = { KEYSERVER_ADDR: "http://127.0.0.1:1", KEYSERVER_TOKEN: "t".repeat(32) };
    const read = () => readConfig({ ...keyServer, [name]: value });
    expect(read).toThrow(expect.objectContaining({ message: `${name} ${allowed}` }) as Error);
  },
);

test("settings that cannot be used are all named, each once", () => {
  expect(() => readConfig({ PORT: "-0.5", COMPRESS: "gzip" })).toThrow(
    expect.objectContaining({
      message:
        "PORT must be a whole number from 1 to 65535; COMPRESS must be auto, always or never",
    }) as Error,
  );
});

test.for([
  { PORT: "0" },
  { PORT: "http" },
  { PLATFORM_HOST: "cafe.test:80" },
  { PLATFORM_HOST: "https://cafe.test" },
  { APPS_DOMAIN: "*.apps.test" },
  { PIP_INDEX_URL: "ftp://index.test/canary-pw" },
  { COMPRESS: "canary-pw" },
  { TRUSTED_PROXIES: "-1" },
  { TRUSTED_PROXIES: "all" },
  { METRICS_PORT: "0" },
  { PUBLIC_URL: "https://other.test/" },
])("%j is refused by name, and its value is not repeated", (env) => {
  expect(() => readConfig(env)).toThrow(ConfigError);
  expect(() => readConfig(env)).toThrow(Object.keys(env)[0]);
  expect(() => readConfig(env)).not.toThrow("canary-pw");
});
