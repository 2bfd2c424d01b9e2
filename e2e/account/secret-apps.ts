import type { Page } from "playwright-core";
import { ready, type useHostPage } from "../web-fixture/host-page.ts";
import { type ScriptedApi, scriptedApi, serveApi } from "./scripted-api.ts";
import { serveSecrets } from "./scripted-secrets.ts";

/** Apps, each in a browser of its own, against a scripted server. */
export function secretApps({ context: newContext, open }: ReturnType<typeof useHostPage>) {
  return async function openApp(user: ScriptedApi["user"]) {
    const context = await newContext();
    const account = scriptedApi({ user });
    await serveApi(context, account);
    const secrets = await serveSecrets(context, account);
    const host = await open(await context.newPage());
    await host.say(ready);
    const tabHolds = () => host.page.evaluate(() => JSON.stringify(sessionStorage));
    return { context, account, secrets, host, tabHolds };
  };
}

/** Another tab of the browser signs in or out, and tells the others. */
export async function elsewhere(page: Page, news: "signed-in" | "signed-out"): Promise<void> {
  await page.evaluate((what) => {
    new BroadcastChannel("portafilter.account").postMessage(what);
  }, news);
}
