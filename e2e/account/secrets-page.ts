import type { useHostPage } from "../web-fixture/host-page.ts";
import { ada, type ScriptedApi, scriptedApi, serveApi } from "./scripted-api.ts";
import { serveSecrets } from "./scripted-secrets.ts";

/** The secrets page of a tab of its own, before a server that does what the test says. */
export function secretsPages({ address, context: newContext }: ReturnType<typeof useHostPage>) {
  return async function open(given: Partial<ScriptedApi> = { user: ada }) {
    const context = await newContext();
    const account = scriptedApi(given);
    await serveApi(context, account);
    const secrets = await serveSecrets(context, account);
    const page = await context.newPage();
    const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
    // Forms are dialogs, questions are alerts.
    const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
    return {
      context,
      account,
      secrets,
      page,
      button,
      dialog,
      visit: () => page.goto(`${address()}/settings/secrets`),
      /** Opens the part of a secret. */
      expand: (name: string) => page.getByRole("button", { name, exact: true }).click(),
      said: (text: string) => page.getByText(text).first().waitFor(),
    };
  };
}
