import { once } from "node:events";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { whoIs } from "../testing/person.ts";
import { createWorld, platformOrigin } from "../testing/world.ts";

const clientSecret = "a secret of the client's, and long enough";

/** A real provider, whose visitors sign in with any name. */
async function startProvider() {
  // Its issuer has its port, which is known once something listens there.
  const { createServer } = await import("node:http");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "portafilter",
        client_secret: clientSecret,
        redirect_uris: [`${platformOrigin}/api/auth/oauth2/callback/corp`],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    pkce: { required: () => true },
    cookies: { keys: ["only for tests"] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: `${sub}@corp.example`, email_verified: true }),
    }),
  });
  const serve = provider.callback();
  server.on("request", (request, response) => void serve(request, response));
  return {
    issuer,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Signs in at the provider as a person would, and tells where it sends the browser back to. */
async function signInAt(start: string, login: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step += 1) {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { method: "POST", body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    form = undefined;
    const location = response.headers.get("location");
    if (location === null) {
      const page = await response.text();
      const action = /action="([^"]+)"/.exec(page)?.[1] ?? "";
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? "";
      form = new URLSearchParams({
        prompt,
        ...(prompt === "login" ? { login, password: "any" } : {}),
      });
      url = new URL(action, url).href;
    } else {
      url = new URL(location, url).href;
      if (url.startsWith(platformOrigin)) return url;
    }
  }
  throw new Error("the provider sends nobody back");
}

describeDatabases("a real provider of OpenID Connect", (open) => {
  test("signs somebody in, twice into the same account", async () => {
    const { issuer, close } = await startProvider();
    const provider = {
      id: "corp",
      name: "Corp",
      issuer,
      clientId: "portafilter",
      clientSecret,
      trustsEmail: false,
    };
    const world = await createWorld(await open(), { providers: [provider] });
    const seen = [];
    for (const browser of [world.browser(), world.browser()]) {
      const { body } = await browser.ask("/api/v1/account/oidc/corp", {});
      const back = await signInAt(String(body.url), "ada");
      const answer = await browser.visit(back);
      expect(answer.headers.get("location")).toBe(`${platformOrigin}/sign-in/done`);
      seen.push(await whoIs(browser));
    }
    expect(seen[0]).toMatchObject({ email: "ada@corp.example", hasPassword: false });
    expect(seen[1]).toEqual(seen[0]);
    await close();
  });
});
