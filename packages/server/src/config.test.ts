import { expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

test("without any settings, the platform is on this machine", () => {
  expect(readConfig({})).toMatchObject({
    port: 8080,
    host: "127.0.0.1",
    platformOrigin: "http://pycafe.localhost:8080",
    appsDomain: "pycafe.localhost",
    compress: "auto",
  });
  expect(Object.isFrozen(readConfig({}))).toBe(true);
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
  { PORT: "0" },
  { PORT: "http" },
  { PLATFORM_HOST: "cafe.test:80" },
  { PLATFORM_HOST: "https://cafe.test" },
  { APPS_DOMAIN: "*.apps.test" },
  { PIP_INDEX_URL: "ftp://index.test/canary-pw" },
  { COMPRESS: "canary-pw" },
  { PUBLIC_URL: "https://other.test/" },
])("%j is refused by name, and its value is not repeated", (env) => {
  expect(() => readConfig(env)).toThrow(ConfigError);
  expect(() => readConfig(env)).toThrow(Object.keys(env)[0]);
  expect(() => readConfig(env)).not.toThrow("canary-pw");
});
