import type { Page } from "playwright-core";
import { frameOf } from "./hostile.ts";

/**
 * Notes the name of every dialog that the host page shows from its next load on, however short: what a
 * person would see as a flicker. Call before `goto`.
 */
export async function watchDialogs(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    if (parent !== self) return;
    const shown: string[] = [];
    Reflect.set(self, "shownDialogs", shown);
    const show = Reflect.get<HTMLDialogElement, "showModal">(
      HTMLDialogElement.prototype,
      "showModal",
    );
    HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
      shown.push(this.querySelector("h2")?.textContent ?? "");
      show.call(this);
    };
  });
  return () => page.evaluate<string[]>("shownDialogs");
}

/** Notes the names of the secrets that the app asks the host page for from now on. */
export async function watchRequests(page: Page): Promise<() => Promise<string[]>> {
  const runtime = await frameOf(page, "Runtime");
  await runtime.evaluate(`
    var asked = [], post = MessagePort.prototype.postMessage;
    MessagePort.prototype.postMessage = function (message, ...rest) {
      if (message && message.type === "secret.request") asked.push(message.name);
      return post.call(this, message, ...rest);
    }`);
  return () => runtime.evaluate<string[]>("asked");
}
