import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readAccountConfig } from "./config.ts";

const base = { platformOrigin: "http://pycafe.localhost:8080", secret: "only for tests" };
const read = (env: NodeJS.ProcessEnv) => readAccountConfig(base, env);

test("without settings there is neither mail nor a provider", () => {
  expect(read({ SMTP_URL: "", MAIL_FROM: "" })).toEqual({ ...base, smtp: null, providers: [] });
});

test("providers are named by their settings", () => {
  const file = join(mkdtempSync(join(tmpdir(), "portafilter-")), "secret");
  writeFileSync(file, "from a file\n");
  const { providers } = read({
    OIDC_GOOGLE_ISSUER: "https://accounts.google.com",
    OIDC_GOOGLE_CLIENT_ID: "one",
    OIDC_GOOGLE_CLIENT_SECRET_FILE: file,
    OIDC_CORP_ISSUER: "http://127.0.0.1:9000",
    OIDC_CORP_CLIENT_ID: "two",
    OIDC_CORP_NAME: "Corporation",
    OIDC_CORP_TRUST_EMAIL: "1",
  });
  expect(providers).toEqual([
    {
      id: "corp",
      name: "Corporation",
      issuer: "http://127.0.0.1:9000",
      clientId: "two",
      clientSecret: undefined,
      trustsEmail: true,
    },
    {
      id: "google",
      name: "Google",
      issuer: "https://accounts.google.com",
      clientId: "one",
      clientSecret: "from a file",
      trustsEmail: false,
    },
  ]);
});

test.each([
  ["smtps://u:p%40@mail.example", "smtps://u:p%40@mail.example"],
  ["smtp://mail.example:587", "smtp://mail.example:587?requireTLS=true"],
  ["smtp://mail.example?requireTLS=false", "smtp://mail.example?requireTLS=false"],
  ["smtp://127.0.0.1:25", "smtp://127.0.0.1:25"],
  ["smtp://localhost", "smtp://localhost"],
  ["smtp://localhost.example", "smtp://localhost.example?requireTLS=true"],
])("mail leaves this machine encrypted or by the operator's word: %s", (url, used) => {
  expect(read({ SMTP_URL: url, MAIL_FROM: "a@b.example" }).smtp?.url).toBe(used);
});

test.each([
  [{ SMTP_URL: "smtps://mail.example" }, "MAIL_FROM"],
  [{ MAIL_FROM: "a@b.example" }, "SMTP_URL"],
  [{ SMTP_URL_FILE: "/nowhere/canary", MAIL_FROM: "a@b.example" }, "SMTP_URL_FILE"],
  [{ SMTP_URL: "smtp://a", SMTP_URL_FILE: "/nowhere/canary" }, "SMTP_URL_FILE"],
  [{ SMTP_URL: "canary://mail.example", MAIL_FROM: "a@b.example" }, "SMTP_URL"],
  [{ SMTP_URL: "smtp://mail.example", MAIL_FROM: "canary" }, "MAIL_FROM"],
  [{ SMTP_URL: "smtp://mail.example", MAIL_FROM: "a@b.example\r\nBcc: canary" }, "MAIL_FROM"],
  [{ OIDC_CORP_ISSUER: "http://canary.example", OIDC_CORP_CLIENT_ID: "x" }, "OIDC_CORP_ISSUER"],
  [{ OIDC_CORP_ISSUER: "canary", OIDC_CORP_CLIENT_ID: "x" }, "OIDC_CORP_ISSUER"],
  [{ OIDC_CORP_ISSUER: "https://canary.example" }, "OIDC_CORP_CLIENT_ID"],
  [
    {
      OIDC_CORP_ISSUER: "https://idp.example",
      OIDC_CORP_CLIENT_ID: "x",
      OIDC_CORP_CLIENT_SECRET_FILE: "/nowhere/canary",
    },
    "OIDC_CORP_CLIENT_SECRET_FILE",
  ],
])("%j is refused by the name of %s, without its value", (env, name) => {
  expect(() => read(env)).toThrow(name);
  expect(() => read(env)).not.toThrow("canary");
});
