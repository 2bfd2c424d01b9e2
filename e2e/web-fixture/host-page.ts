import { gzipSync } from "node:zlib";
import type { FrameMessage, HostMessage } from "@portafilter/protocol";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { serveFixture } from "./server.ts";

/** A message of the frame without its version; `say` also takes what is no message at all. */
type Said = FrameMessage extends infer M ? (M extends FrameMessage ? Omit<M, "v"> : never) : never;

/** The host page with a runtime frame that does what the test says. */
export type HostPage = {
  readonly page: Page;
  /** Sends a message over the port, as app code may. */
  readonly say: (message: Said | Record<string, unknown>) => Promise<void>;
  /** Runs in the runtime frame, where everything is the app's. */
  readonly inFrame: <T>(source: string) => Promise<T>;
  /** What the host has sent over the port so far. */
  readonly received: () => Promise<HostMessage[]>;
  /** Waits until the host has sent a message of `type`, and returns the last one. */
  readonly receives: (type: HostMessage["type"]) => Promise<HostMessage>;
  readonly dialog: (name: string | RegExp) => Locator;
  readonly button: (name: string) => Locator;
  readonly field: Locator;
  /** Waits until the dialog's confirmation counts. */
  readonly armed: () => Promise<void>;
};

export const source = 'import streamlit as st\nst.write("hello")\n';

/** Serves the built host page for the tests of a file. A violation of its CSP fails the test. */
export function useHostPage(options: Parameters<typeof useChromium>[0] = {}) {
  const { context } = useChromium(options);
  let fixture: Awaited<ReturnType<typeof serveFixture>> | undefined;
  beforeAll(async () => {
    fixture = await serveFixture();
  });
  afterAll(async () => {
    await fixture?.stop();
  });
  const address = () => fixture?.address ?? "";
  const link = (code = source) => {
    const packed = gzipSync(JSON.stringify({ code, requirements: "" })).toString("base64");
    return `${address()}/snippet/streamlit/v1#c=${encodeURIComponent(packed)}`;
  };
  const newPage = async (from?: BrowserContext): Promise<Page> => {
    const page = await (from ?? (await context())).newPage();
    page.on("console", (message) => {
      expect(message.text()).not.toMatch(/content security policy|trusted ?(type|html)/i);
    });
    return page;
  };
  /** Opens an app and waits until its runtime frame has been told to start. */
  const open = async (page?: Page, code?: string): Promise<HostPage> => {
    const host = control(page ?? (await newPage()));
    await host.page.goto(link(code));
    await host.receives("app.start");
    return host;
  };
  return { address, link, context, newPage, open };
}

/** Speaks for the runtime frame of an app page that is open or about to be. */
export function control(page: Page): HostPage {
  const root = page.frameLocator('iframe[title="Runtime"]').locator("html");
  const inFrame = <T>(script: string): Promise<T> =>
    root.evaluate((_, text) => (0, eval)(text) as T, script);
  const received = () => inFrame<HostMessage[]>("received");
  return {
    page,
    inFrame,
    received,
    async say(message) {
      await inFrame(`say(${JSON.stringify({ v: 1, ...message })})`);
    },
    async receives(type) {
      await expect
        .poll(async () => (await received()).map((message) => message.type), { timeout: 20_000 })
        .toContain(type);
      const last = (await received()).findLast((message) => message.type === type);
      if (last === undefined) throw new Error(`no ${type}`);
      return last;
    },
    dialog: (name) => page.getByRole("dialog", { name }),
    button: (name) => page.getByRole("button", { name, exact: true }),
    field: page.getByLabel("Secret value", { exact: true }),
    async armed() {
      await page.locator('dialog button[type="submit"][aria-disabled="false"]').waitFor();
    },
  };
}

/** A request for a secret as a frame sends it. */
export const request = (id: string, name: string, reason: string | null = null) => ({
  type: "secret.request" as const,
  id,
  name,
  reason,
});

export const ready = {
  type: "app.progress" as const,
  phase: "ready" as const,
  detail: "",
  done: 1,
};

/** Types a value and allows it as a person does, once the button is armed. */
export async function addAndAllow(host: HostPage, name: string, value: string): Promise<void> {
  await host.dialog(name).waitFor();
  await host.field.fill(value);
  await host.button("Add and allow").click();
  await host.dialog(name).waitFor({ state: "hidden" });
}
