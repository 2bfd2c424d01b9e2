import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import type { Browser } from "../testing/browser.ts";
import { type LyingProvider, startLyingProvider } from "../testing/lying-provider.ts";
import { actionsOf, codeOf, newPerson, whoIs } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

const done = "http://pycafe.localhost:8080/sign-in/done";
const refused = "http://pycafe.localhost:8080/sign-in?problem=oidc";

describeDatabases("signing in at a provider", (open) => {
  let world: World;
  let provider: LyingProvider;
  let other: LyingProvider;
  beforeAll(async () => {
    provider = await startLyingProvider();
    other = await startLyingProvider("other");
    world = await createWorld(await open(), { providers: [provider.settings, other.settings] });
  });
  afterAll(() => Promise.all([provider.close(), other.close()]));
  beforeEach(() => {
    provider.honest();
  });
  const start = async (browser: Browser, id = "corp") =>
    (await browser.ask(`/api/v1/account/oidc/${id}`, {})).body.url as string;
  const comeBack = async (browser: Browser, url: string) =>
    (await browser.visit(url)).headers.get("location");
  const signIn = async (browser: Browser) =>
    comeBack(browser, provider.authorize(await start(browser)));

  test("makes an account, and knows it again by issuer and subject, whatever its email", async () => {
    const browser = world.browser();
    const { email } = provider.lies;
    const url = new URL(await start(browser));
    expect(url.origin).toBe(provider.settings.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: "code",
      code_challenge_method: "S256",
      scope: "openid email",
      redirect_uri: "http://pycafe.localhost:8080/api/auth/oauth2/callback/corp",
    });
    expect(url.searchParams.get("nonce")).toMatch(/^[\w-]{32}$/);
    expect(await comeBack(browser, provider.authorize(url.href))).toBe(done);
    const user = await whoIs(browser);
    expect(user).toMatchObject({ email, hasPassword: false });
    expect(await actionsOf(world, browser)).toEqual(["session.started", "account.created"]);

    provider.lies.email = "another@example.org";
    provider.lies.isVerified = false;
    const second = world.browser();
    expect(await signIn(second)).toBe(done);
    expect(await whoIs(second)).toEqual(user);
  });

  test("keeps none of the provider's tokens", async () => {
    await signIn(world.browser());
    const { rows } = await world.db.kysely.executeQuery<Record<string, unknown>>(
      world.db.kysely.selectFrom("account_identity").selectAll().compile(),
    );
    expect(JSON.stringify(rows)).not.toContain("an access token");
  });

  test("an account without a password gets one while its sign-in is fresh", async () => {
    const browser = world.browser();
    const email = provider.lies.email ?? "";
    await signIn(browser);
    const change = { current: "", next: "Difference Engine" };
    world.pass(11 * 60_000);
    expect(await codeOf(browser, "password", change)).toBe("confirm_needed");
    expect(await codeOf(browser, "confirm", { password: "anything" })).toBe("wrong_credentials");
    expect(await signIn(browser)).toBe(done);
    expect(await codeOf(browser, "password", change)).toBeUndefined();
    const signedIn = { email, password: "Difference Engine" };
    expect(await codeOf(world.browser(), "sign-in", signedIn)).toBeUndefined();
  });

  test("a provider that is down, or says that it is another, keeps nobody from the rest", async () => {
    const down = await startLyingProvider("down");
    const small = await createWorld(world.db, { providers: [down.settings] });
    down.honest({ isDown: true });
    const browser = small.browser();
    expect(await codeOf(browser, "oidc/down", {})).toBe("provider_unavailable");
    down.honest({ issuer: provider.settings.issuer });
    expect(await codeOf(browser, "oidc/down", {})).toBe("provider_unavailable");
    down.honest();
    expect(await comeBack(browser, down.authorize(await start(browser, "down")))).toBe(done);
    await down.close();
  });

  test("an unknown provider is not found", async () => {
    expect(await codeOf(world.browser(), "oidc/nobody", {})).toBe("not_found");
  });

  describe("D18", () => {
    const cases: [string, Partial<LyingProvider["lies"]>][] = [
      ["alg none", { signing: "none" }],
      ["a signature by the client's secret", { signing: "hmac" }],
      ["a signature by a stranger's key", { signing: "stranger" }],
      ["no ID token", { givesIdToken: false }],
      ["another nonce", { claims: { nonce: "of another sign-in" } }],
      ["no nonce", { claims: { nonce: undefined } }],
      ["another audience", { claims: { aud: "another client" } }],
      ["another issuer", { claims: { iss: "https://accounts.example.org" } }],
      ["an ID token that is over", { claims: { exp: 1 } }],
      ["an email of somebody else's", { otherSubject: "somebody else" }],
      ["an email that it did not verify", { isVerified: false }],
      ["no email", { email: undefined }],
    ];
    test.each(cases)("refuses %s", async (_name, lies) => {
      provider.honest(lies);
      const browser = world.browser();
      expect(await signIn(browser)).toBe(refused);
      expect(await whoIs(browser)).toBeNull();
    });

    test.each([
      ["no state", { state: "" }],
      ["another state", { state: "x".repeat(32) }],
      ["no code", { code: "" }],
      ["another code", { code: "guessed" }],
      ["an answer of another issuer", { iss: "https://accounts.example.org" }],
      ["an error", { error: "access_denied" }],
    ])("refuses to come back with %s", async (_name, change: Record<string, string>) => {
      const browser = world.browser();
      const back = provider.authorize(await start(browser), change);
      expect(await comeBack(browser, back)).toBe(refused);
      expect(await whoIs(browser)).toBeNull();
    });

    test("refuses a sign-in that another browser began", async () => {
      const eve = world.browser();
      const back = provider.authorize(await start(eve));
      const victim = world.browser();
      expect(await comeBack(victim, back)).toBe(refused);
      expect(await whoIs(victim)).toBeNull();
    });

    test("refuses to come back twice, also twenty times at once", async () => {
      const browser = world.browser();
      const back = provider.authorize(await start(browser));
      const jar = [...browser.jar];
      const places = await Promise.all(
        Array.from({ length: 20 }, () => {
          const racer = world.browser();
          for (const [name, value] of jar) racer.jar.set(name, value);
          return comeBack(racer, back);
        }),
      );
      expect(places.filter((place) => place === done)).toHaveLength(1);
      expect(await comeBack(browser, back)).toBe(refused);
    });

    test("refuses the answer of one provider at the address of another, and asks that one nothing", async () => {
      const browser = world.browser();
      const back = provider.authorize(await start(browser), { iss: "" });
      const mixed = back.replace("/callback/corp", "/callback/other");
      expect(await comeBack(browser, mixed)).toBe(refused);
      expect(other.exchanges).toEqual([]);
    });

    test("asks for tokens with the verifier of PKCE", async () => {
      await signIn(world.browser());
      expect(provider.exchanges.at(-1)?.get("code_verifier")).toMatch(/^[\w.~-]{43,128}$/);
    });

    test("never gives somebody's account to who has its email elsewhere", async () => {
      const ada = await newPerson(world);
      provider.lies.email = ada.email;
      const eve = world.browser();
      expect(await signIn(eve)).toBe(refused);
      expect(await whoIs(eve)).toBeNull();
      // Also in a browser that is signed in to it.
      expect(await signIn(ada.browser)).toBe(refused);
      provider.lies.email = ada.email.toUpperCase();
      expect(await signIn(eve)).toBe(refused);
    });

    test("sends nobody anywhere else", async () => {
      const browser = world.browser();
      const asked = { callbackURL: "https://evil.example" };
      expect(await codeOf(browser, "oidc/corp", asked)).toBe("bad_request");
      const back = `${provider.authorize(await start(browser))}&callbackURL=https://evil.example&redirect_uri=//evil.example`;
      expect(await comeBack(browser, back)).toBe(done);
    });

    test("the rest of better-auth is not there", async () => {
      const { platformOrigin } = await import("../testing/world.ts");
      for (const path of ["ok", "sign-in/email", "get-session", "callback", "error"]) {
        const response = await world.browser().visit(`${platformOrigin}/api/auth/oauth2/${path}`);
        expect(response.status).toBe(404);
      }
    });
  });
});
