import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type RealKeyServer,
  startRealKeyServer,
} from "../../packages/server/src/keys/testing/real-key-server.ts";
import { type ServerApart, startApart } from "../harness/apart.ts";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, snippet } from "../harness/snippet.ts";
import { accountMenu, keptInTab, nextTab, signIn, signOut, signUp } from "./people.ts";

const { context } = useChromium();
const clientSecret = "a secret of the client's, and long enough";
let keys: RealKeyServer;
let server: ServerApart;
let listener: Server;

/** A provider whose visitors sign in with any name, on a port where it is told what to do later. */
beforeAll(async () => {
  listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  keys = await startRealKeyServer();
  server = await startApart({
    keys,
    env: {
      OIDC_CORP_ISSUER: issuer,
      OIDC_CORP_CLIENT_ID: "portafilter",
      OIDC_CORP_CLIENT_SECRET: clientSecret,
    },
  });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "portafilter",
        client_secret: clientSecret,
        redirect_uris: [`${server.origin}/api/auth/oauth2/callback/corp`],
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
  const answer = provider.callback();
  listener.on("request", (request, response) => void answer(request, response));
});
afterAll(async () => {
  listener.closeAllConnections();
  listener.close();
  await server.stop();
  await keys.remove();
});

/** From our page to the provider's, through its forms, and back to where it sends the browser. */
async function throughProvider(page: Page, login: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in with Corp" }).click();
  const name = page.locator('input[name="login"]');
  await name.waitFor();
  await name.fill(login);
  await page.locator('input[name="password"]').fill("any");
  await page.locator('button[type="submit"]').click();
  // It asks for consent.
  await page.locator('input[name="prompt"][value="consent"]').waitFor({ state: "attached" });
  await page.locator('button[type="submit"]').click();
  await page.waitForURL(`${server.origin}/**`);
}

const program = `
import streamlit as st
import pycafe

st.write("value: " + pycafe.get_secret("CORP_KEY"))
`;

test("in with a provider, out, and in again: the same account, with what the tab held", async () => {
  const here = await context();
  const page = await here.newPage();
  await page.goto(snippet(program, "", server.origin));
  await addAndAllow(page, "CORP_KEY", "canary-corp");
  await app(page).getByText("value: canary-corp").waitFor();
  const link = page.getByRole("link", { name: "Sign in", exact: true });
  const signing = await nextTab(here, () => link.click());
  await throughProvider(signing, "ada");
  await signing.getByRole("heading", { name: "You are signed in" }).waitFor();
  await page.getByText("CORP_KEY moved from this tab into your account.").waitFor();
  expect(await keptInTab(page)).not.toContain("canary-corp");
  await page.getByRole("button", { name: "Account menu, ada@corp.example" }).waitFor();
  await signing.close();

  await page.goto(server.origin);
  await signOut(page);
  // Another browser, where the provider knows nobody either.
  const other = await (await context()).newPage();
  await other.goto(`${server.origin}/sign-in`);
  await throughProvider(other, "ada");
  await other.getByRole("button", { name: "Account menu, ada@corp.example" }).waitFor();
  await other.goto(snippet(program, "", server.origin));
  await app(other).getByText("value: canary-corp").waitFor();
});

test("attack D18: a provider's account with somebody's email is not let into theirs", async () => {
  const who = { email: "grace@corp.example", password: "correct horse battery staple" };
  const hers = await (await context()).newPage();
  await signUp(hers, who, server.origin);
  const page = await (await context()).newPage();
  await page.goto(`${server.origin}/sign-in`);
  await throughProvider(page, "grace");
  await page.getByText("Signing in there did not work out.").waitFor();
  expect(await accountMenu(page).count()).toBe(0);
  const status = await page.evaluate(async () => (await fetch("/api/v1/secrets")).status);
  expect(status).toBe(401);
  // Hers goes on as it was.
  await hers.reload();
  await accountMenu(hers).waitFor();
  await signIn(page, who, server.origin);
});
