import type { BrowserContext } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { accountPages } from "./account-page.ts";
import { ada, password, scriptedApi, serveApi } from "./scripted-api.ts";

const host = useHostPage();
const { openIn } = accountPages(host);
const code = "canaryOfTheCode";

/** All that leaves the browser from now on: addresses, headers, bodies. */
function watch(context: BrowserContext): string[] {
  const sent: string[] = [];
  context.on("request", (request) => {
    sent.push(JSON.stringify([request.url(), request.headers(), request.postData()]));
  });
  return sent;
}

async function stranger() {
  const context = await host.context();
  const api = scriptedApi({ offers: { ...scriptedApi().offers, mail: false } });
  await serveApi(context, api);
  return { context, api, sent: watch(context) };
}

/** Damaged links by where they lead in the end; `once`: the first request has to hold the code. */
const links = [
  { link: `/snippet/streamlit/v1#c=${code}`, place: `/snippet/streamlit/v1#c=${code}` },
  { link: `/how-it-works#c=${code}`, place: `/how-it-works#c=${code}` },
  { link: `/snippet/none/v1?code=${code}`, place: `/snippet/none/v1#code=${code}`, once: true },
  {
    link: `/snippet/streamlit/v1%23c=${code}`,
    place: `/snippet/streamlit/v1#c=${code}`,
    once: true,
  },
] as const;

describe.each(links)("of the damaged link $link", ({ link: damaged, place, ...rest }) => {
  /** What was sent with the code in it, after the request by which the link was opened. */
  const leaks = (sent: readonly string[]) => {
    const opening = "once" in rest ? 1 : 0;
    return sent.filter((text) => text.includes(code)).slice(opening);
  };

  test("no code is sent on the way to sign in, up and back, with reloads", async () => {
    const { context, sent } = await stranger();
    const {
      page,
      link,
      button,
      path,
      heading,
      email,
      password: field,
    } = await openIn(context, damaged);
    await link("Sign in").click();
    await heading("Sign in").waitFor();
    await page.reload();
    await link("Create an account").click();
    await heading("Create an account").waitFor();
    await page.reload();
    await link("Sign in").click();
    await link("Forgot your password?").click();
    await page.reload();
    await page.goBack();
    await heading("Sign in").waitFor();
    await page.reload();
    expect(path()).not.toContain(code);
    await email.fill(ada.email);
    await field.fill(password);
    await button("Sign in").click();
    await expect.poll(path).toBe(place);
    await button("Account menu, ada@example.org").waitFor();
    await page.reload();
    await button("Account menu, ada@example.org").waitFor();
    await page.goBack();
    await page.goForward();
    expect(path()).toBe(place);
    expect(leaks(sent)).toEqual([]);
  });

  test("nor on the way over a provider's site, or in a new tab", async () => {
    const { context, api, sent } = await stranger();
    await context.route("https://login.example.test/**", async (route) => {
      api.user = ada;
      const back = `${host.address()}/sign-in/done`;
      await route.fulfill({
        contentType: "text/html",
        body: `<meta http-equiv="refresh" content="0;url=${back}">`,
      });
    });
    const { link, button, path } = await openIn(context, damaged);
    const opening = context.waitForEvent("page");
    await link("Sign in").click({ button: "middle" });
    const tab = await opening;
    await tab.waitForURL("**/sign-in*");
    expect(tab.url()).not.toContain(code);
    await tab.close();

    await link("Sign in").click();
    await button("Sign in with Corporate login").click();
    await expect.poll(path).toBe(place);
    expect(leaks(sent)).toEqual([]);
  });
});

test("a link to sign in that holds code in its address sends it once, and leads to it", async () => {
  const { context, sent } = await stranger();
  const then = encodeURIComponent(`/snippet/none/v1#code=${code}`);
  const {
    page,
    button,
    path,
    heading,
    email,
    password: field,
  } = await openIn(context, `/sign-in?then=${then}`);
  await heading("Sign in").waitFor();
  await page.reload();
  await email.fill(ada.email);
  await field.fill(password);
  await button("Sign in").click();
  await expect.poll(path).toBe(`/snippet/none/v1#code=${code}`);
  expect(sent.filter((text) => text.includes(code))).toHaveLength(1);
});
