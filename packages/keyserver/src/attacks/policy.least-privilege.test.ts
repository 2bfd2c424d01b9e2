import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startForTest, temporaryFolder } from "../testing/harness.ts";

const folder = temporaryFolder();
let running: Running;
beforeAll(async () => {
  running = await startForTest(folder.path);
  const token = running.operatorToken;
  await running.request("POST", "/v1/transit/keys/other", { token, body: { derived: true } });
});
afterAll(async () => {
  await running.server.close();
  folder.remove();
});

const denied = '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}\n';

/** Everything the API of a Transit server could be asked, served here or not. */
const paths = [
  "transit/keys",
  ...["portafilter", "other", "absent"].flatMap((key) => [
    `transit/keys/${key}`,
    `transit/keys/${key}/rotate`,
    `transit/keys/${key}/config`,
    `transit/keys/${key}/trim`,
    `transit/keys/${key}/soft-delete`,
    `transit/encrypt/${key}`,
    `transit/decrypt/${key}`,
    `transit/rewrap/${key}`,
    `transit/datakey/plaintext/${key}`,
    `transit/datakey/wrapped/${key}`,
    `transit/export/encryption-key/${key}`,
    `transit/backup/${key}`,
    `transit/restore/${key}`,
    `transit/hmac/${key}`,
    `transit/sign/${key}`,
  ]),
  "transit/config/keys",
  "transit/cache-config",
  "transit/random/32",
  "sys/metrics",
  "sys/seal",
  "sys/unseal",
  "sys/policies/acl",
  "sys/policies/acl/app",
  "sys/mounts",
  "sys/generate-root/attempt",
  "sys/rekey/init",
  "auth/token/create",
  "auth/token/accessors",
  "auth/token/revoke-accessor",
  "auth/token/revoke",
  "auth/token/lookup",
];
const methods = ["GET", "POST", "PUT", "DELETE"];
const list = "?list=true";

/** What each token may do; everything else on the list above must be refused. */
const allowed: Readonly<Record<"app" | "operator", readonly RegExp[]>> = {
  app: [
    /^(POST|PUT) transit\/(encrypt|decrypt|rewrap|datakey\/plaintext)\/portafilter$/,
    /^GET transit\/keys\/portafilter$/,
  ],
  operator: [
    /^GET transit\/keys\?list=true$/,
    /^(GET|POST|PUT|DELETE) transit\/keys\/[a-z]+(\/[a-z-]+)?$/,
    /^GET sys\/policies\/acl\?list=true$/,
    /^(GET|POST|PUT|DELETE) sys\/policies\/acl\/app$/,
    /^GET sys\/metrics$/,
    /^(POST|PUT) sys\/seal$/,
    /^(POST|PUT) auth\/token\/(create|revoke-accessor)$/,
    /^GET auth\/token\/accessors\?list=true$/,
  ],
};

/** Attack F2: a stolen token is used for more than it was made for. */
describe("least privilege", () => {
  const matrix = methods.flatMap((method) =>
    paths.flatMap((path) => [
      [method, path] as const,
      ...(method === "GET" ? [[method, `${path}${list}`] as const] : []),
    ]),
  );

  it.each(["app", "operator"] as const)(
    "the %s's token is refused all it is not for",
    async (who) => {
      const token = who === "app" ? running.appToken : running.operatorToken;
      const tried = matrix.filter(
        ([method, path]) => !allowed[who].some((rule) => rule.test(`${method} ${path}`)),
      );
      expect(tried.length).toBeGreaterThan(150);
      for (const [method, path] of tried) {
        const { status, text } = await running.request(method, `/v1/${path}`, { token });
        expect([status, text], `${method} ${path}`).toEqual([403, denied]);
      }
    },
  );

  it("the app's token does what it is for", async () => {
    const token = running.appToken;
    const ask = (path: string, body: object) =>
      running.request("POST", `/v1/transit/${path}/portafilter`, { token, body });
    const context = Buffer.from("user-1").toString("base64");
    const made = await ask("datakey/plaintext", { context });
    const { ciphertext, plaintext } = (made.json as { data: Record<string, string> }).data;
    expect((await ask("decrypt", { ciphertext, context })).json).toMatchObject({
      data: { plaintext },
    });
    expect((await ask("rewrap", { ciphertext, context })).status).toBe(200);
    expect((await ask("encrypt", { plaintext, context })).status).toBe(200);
    const read = await running.request("GET", "/v1/transit/keys/portafilter", { token });
    expect(read.json).toMatchObject({ data: { derived: true, exportable: false } });
  });

  it("an encryption with an unknown key makes no key, whoever asks", async () => {
    const token = await running.tokenWith(
      'path "transit/*" { capabilities = ["create", "update", "read"] }',
    );
    const body = { plaintext: "aGVsbG8=" };
    const asked = await running.request("POST", "/v1/transit/encrypt/absent", { token, body });
    expect([asked.status, asked.json]).toEqual([400, { errors: ["encryption key not found"] }]);
    expect((await running.request("GET", "/v1/transit/keys/absent", { token })).status).toBe(404);
  });

  it("nobody hands out more than they hold", async () => {
    const token = await running.tokenWith('path "auth/token/create" { capabilities = ["update"] }');
    const body = { policies: ["operator"] };
    const asked = await running.request("POST", "/v1/auth/token/create", { token, body });
    expect(asked.json).toEqual({ errors: ["child policies must be subset of parent"] });
  });

  it("the policies that come with the server cannot be taken over", async () => {
    const token = running.operatorToken;
    for (const name of ["default", "root"]) {
      const policy = 'path "transit/*" { capabilities = ["update"] }';
      const asked = await running.request("PUT", `/v1/sys/policies/acl/${name}`, {
        token,
        body: { policy },
      });
      expect(asked.status).toBe(400);
    }
  });
});
