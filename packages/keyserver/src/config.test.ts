import { describe, expect, it } from "vitest";
import { ConfigError, readKeyServerConfig } from "./config.ts";

describe("settings", () => {
  it("have defaults for everything but keys", () => {
    const config = readKeyServerConfig({ DATA_DIR: "/somewhere" });
    expect(config).toMatchObject({
      host: "127.0.0.1",
      folder: "/somewhere/keyserver",
      rootKeyFile: "/somewhere/keyserver/root.key",
      rootKey: undefined,
      tls: undefined,
    });
  });

  it.each(["127.0.0.1", "localhost", "::1", "127.9.9.9"])("allow plain HTTP on %s", (host) => {
    expect(readKeyServerConfig({ KEYSERVER_HOST: host }).host).toBe(host);
  });

  it.each(["0.0.0.0", "::", "10.0.0.1", "keys.example", "127.0.0.1.example"])(
    "refuse plain HTTP on %s, unless told",
    (host) => {
      expect(() => readKeyServerConfig({ KEYSERVER_HOST: host })).toThrow(ConfigError);
      const told = { KEYSERVER_HOST: host, KEYSERVER_PLAIN_HTTP: "1" };
      expect(readKeyServerConfig(told).host).toBe(host);
      const tls = { KEYSERVER_HOST: host, TLS_CERT_FILE: "/c", TLS_KEY_FILE: "/k" };
      expect(readKeyServerConfig(tls).tls).toEqual({ cert: "/c", key: "/k", clientCa: undefined });
    },
  );

  it.each([
    [{ TLS_CERT_FILE: "/c" }, "TLS_KEY_FILE"],
    [{ CLIENT_CA_FILE: "/c" }, "TLS_CERT_FILE"],
    [{ ROOT_KEY: "x", ROOT_KEY_FILE: "/r" }, "ROOT_KEY"],
    [{ KEYSERVER_PORT: "99999" }, "KEYSERVER_PORT must be a whole number from 0 to 65535"],
    [{ KEYSERVER_PORT: "many" }, "KEYSERVER_PORT must be a whole number from 0 to 65535"],
    [{ KEYSERVER_HOST: "" }, "KEYSERVER_HOST must not be empty"],
    [{ KEYSERVER_KEY: "../k" }, "KEYSERVER_KEY must be up to 128 letters"],
    [{ KEYSERVER_PLAIN_HTTP: "maybe" }, "KEYSERVER_PLAIN_HTTP must be 0 or 1"],
  ])("that contradict each other, or cannot be, are refused: %j", (env, named) => {
    expect(() => readKeyServerConfig(env)).toThrow(named);
  });

  it("are not quoted in the refusal", () => {
    const secret = "c2VjcmV0IHJvb3Qga2V5";
    const read = () => readKeyServerConfig({ ROOT_KEY: secret, ROOT_KEY_FILE: "/r" });
    expect(read).toThrow(ConfigError);
    expect(read).not.toThrow(secret);
  });
});
