import { beforeAll, describe, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { codeOf, freshEmail, newPerson, password, whoIs } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

const corpus = [
  "'",
  "' or '1'='1",
  "'; drop table account; --",
  '" or ""="',
  "\\'; select pg_sleep(10); --",
  "admin'/*",
  "1 union select password from account_identity",
  "%",
  "_",
  "$1",
  "${7*7}",
  "{{7*7}}",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udfff\ud800",
  "\u202e",
  "\r\nBcc: everybody@example.org",
  "../../etc/passwd",
  "__proto__",
  "x".repeat(200),
];

describeDatabases("D8, D2: hostile parameters", (open) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(await open(), { mail: true });
    await newPerson(world);
  });
  const allowed = [
    undefined,
    "bad_request",
    "wrong_credentials",
    "link_expired",
    "not_found",
    "rate_limited",
    "password_refused",
    "passkey_refused",
  ];

  test.each(corpus)("%j in every parameter is refused, or only a text", async (text) => {
    const before = await world.db.kysely.selectFrom("account").selectAll().execute();
    const browser = world.browser();
    for (const [path, body] of [
      ["sign-in", { email: text, password: "wrong password" }],
      ["sign-in", { email: `${text}@example.org`, password: text }],
      ["forgot", { email: text }],
      ["forgot", { email: `a@${text}` }],
      ["reset", { token: text, password: "Difference Engine" }],
      ["verify-email", { token: text }],
      [`oidc/${encodeURIComponent(text.toWellFormed())}`, {}],
    ] as const) {
      expect(allowed, path).toContain(await codeOf(browser, path, body));
    }
    await world.accounts.settled();
    expect(await world.db.kysely.selectFrom("account").selectAll().execute()).toEqual(before);
  });

  test.each(corpus)("a mail is sent to no address with %j in it", async (text) => {
    const count = world.mails.length;
    await codeOf(world.browser(), "sign-up", { email: `a${text}@example.org`, password });
    await world.accounts.settled();
    for (const { to } of world.mails.slice(count)) expect(to).toMatch(/^[^\s\p{C}<>,;"]+$/u);
  });

  describe("D2: what nobody asked for", () => {
    test.each([
      "id",
      "userId",
      "role",
      "emailVerified",
      "email_verified",
      "callbackURL",
      "rememberMe",
    ])("a field %j is refused everywhere", async (field) => {
      const { email, browser } = await newPerson(world);
      for (const [path, body] of [
        ["sign-in", { email, password }],
        ["sign-up", { email: freshEmail(), password }],
        ["password", { current: password, next: "Difference Engine" }],
        ["email", { email: freshEmail() }],
        ["confirm", { password }],
        ["delete", { email }],
        ["sign-out", {}],
      ] as const) {
        expect(await codeOf(browser, path, { ...body, [field]: "1" })).toBe("bad_request");
      }
      expect(await whoIs(browser)).toMatchObject({ email });
    });
  });

  test("D3: a request that another site makes is refused", async () => {
    const { email, browser } = await newPerson(world);
    for (const headers of [
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: "http://app.pycafe.localhost:8080" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-mode": "navigate" },
    ]) {
      const answer = await browser.ask("/api/v1/account/delete", { email }, headers);
      expect(answer.code).toBe("forbidden_origin");
    }
    const plain = { "content-type": "text/plain" };
    expect((await browser.ask("/api/v1/account/delete", { email }, plain)).status).toBe(400);
    expect(await whoIs(browser)).not.toBeNull();
  });
});
