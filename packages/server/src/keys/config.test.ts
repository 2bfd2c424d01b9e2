import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readKeyClientConfig } from "./config.ts";

let folder: string;
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "portafilter-key-config-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const local = { KEYSERVER_ADDR: "http://127.0.0.1:8210", KEYSERVER_TOKEN: "t0ken" };

describe("the key client's settings", () => {
  it("may be absent altogether", () => {
    expect(readKeyClientConfig({})).toBeUndefined();
    expect(readKeyClientConfig({ KEYSERVER_ADDR: "" })).toBeUndefined();
  });

  it("need no more than address and token", () => {
    expect(readKeyClientConfig(local)).toMatchObject({
      origin: "http://127.0.0.1:8210",
      ca: undefined,
      client: undefined,
      namespace: undefined,
      mount: "transit",
      key: "portafilter",
      timeout: 5000,
    });
    expect(readKeyClientConfig(local)?.token()).toBe("t0ken");
  });

  it("lead to OpenBao or Vault behind TLS, too", () => {
    const config = readKeyClientConfig({
      KEYSERVER_ADDR: "https://bao.example:8200/",
      KEYSERVER_TOKEN_FILE: file("token", "s.abc\n"),
      KEYSERVER_CA_FILE: file("ca.pem", "CA"),
      KEYSERVER_CLIENT_CERT_FILE: file("cert.pem", "CERT"),
      KEYSERVER_CLIENT_KEY_FILE: file("key.pem", "KEY"),
      KEYSERVER_NAMESPACE: "team/a",
      KEYSERVER_MOUNT: "transit-eu",
      KEYSERVER_KEY: "cafe",
      KEYSERVER_TIMEOUT: "2.5",
    });
    expect(config).toMatchObject({
      origin: "https://bao.example:8200",
      ca: "CA",
      client: { cert: "CERT", key: "KEY" },
      namespace: "team/a",
      mount: "transit-eu",
      key: "cafe",
      timeout: 2500,
    });
  });

  it("take a token that was renewed in its file", () => {
    const token = file("renewed", "one");
    const config = readKeyClientConfig({
      KEYSERVER_ADDR: local.KEYSERVER_ADDR,
      KEYSERVER_TOKEN_FILE: token,
    });
    writeFileSync(token, "two\n");
    expect(config?.token()).toBe("two");
    rmSync(token);
    expect(() => config?.token()).toThrow();
  });

  it.each(["http://localhost:1", "http://127.9.8.7", "http://[::1]:8210"])(
    "allow plain HTTP to this machine: %s",
    (address) => {
      expect(readKeyClientConfig({ ...local, KEYSERVER_ADDR: address })?.origin).toBe(address);
    },
  );

  it.each([
    "http://10.0.0.5:8200",
    "http://bao.example",
    "http://localhost.example",
    "http://127.0.0.1.example",
    "http://0.0.0.0:8200",
    "http://[::ffff:10.0.0.5]:8200",
  ])("F5: refuse plain HTTP to another machine, unless it is allowed: %s", (address) => {
    const env = { ...local, KEYSERVER_ADDR: address };
    expect(() => readKeyClientConfig(env)).toThrow(/another machine/);
    const allowed = readKeyClientConfig({ ...env, KEYSERVER_PLAIN_HTTP: "1" });
    expect(allowed?.origin).toBe(address.replace("10.0.0.5]", "a00:5]"));
  });

  it.each([
    { KEYSERVER_ADDR: "bao.example:8200" },
    { KEYSERVER_ADDR: "ftp://127.0.0.1" },
    { KEYSERVER_ADDR: "https://user:hunter2@bao.example" },
    { KEYSERVER_ADDR: "https://bao.example/v1" },
    { KEYSERVER_ADDR: "https://bao.example?x" },
    { KEYSERVER_TOKEN: "" },
    { KEYSERVER_TOKEN: "hunter2 with spaces" },
    { KEYSERVER_TOKEN: "hunter2\r\nX-Header: 1" },
    { KEYSERVER_TOKEN_FILE: "both-are-given" },
    { KEYSERVER_TOKEN: "", KEYSERVER_TOKEN_FILE: "/nowhere/token" },
    { KEYSERVER_CA_FILE: "/nowhere/ca.pem" },
    { KEYSERVER_CLIENT_CERT_FILE: "/nowhere/cert.pem" },
    { KEYSERVER_KEY: "../other" },
    { KEYSERVER_MOUNT: "a/b" },
    { KEYSERVER_NAMESPACE: "a b" },
    { KEYSERVER_TIMEOUT: "0" },
    { KEYSERVER_TIMEOUT: "60" },
    { KEYSERVER_PLAIN_HTTP: "yes" },
  ])("stop the start when they are wrong, and are not repeated: %j", (wrong) => {
    const read = () => readKeyClientConfig({ ...local, ...wrong });
    expect(read).toThrow(expect.objectContaining({ name: "ConfigError" }));
    expect(read).not.toThrow(/hunter2/);
  });

  it("need certificate and key of the client together", () => {
    const cert = file("alone.pem", "CERT");
    expect(() => readKeyClientConfig({ ...local, KEYSERVER_CLIENT_CERT_FILE: cert })).toThrow(
      /belong together/,
    );
    expect(() => readKeyClientConfig({ ...local, KEYSERVER_CLIENT_KEY_FILE: cert })).toThrow(
      /belong together/,
    );
  });
});
