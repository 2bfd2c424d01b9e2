import type { FrameMessage, HostMessage } from "@portafilter/protocol";
import type { Frame, Page } from "playwright-core";
import { expect } from "vitest";
import { app, snippet } from "./snippet.ts";

/**
 * What a hostile author can do from the app's page: the runtime frame is of the same origin, so its
 * `MessagePort` can be patched, and the port to the host page is had as soon as it is used.
 */
const theft = `
  var received = [];
  var stolen;
  var runtime = parent.frames[0];
  var native = runtime.MessagePort.prototype.postMessage;
  runtime.MessagePort.prototype.postMessage = function (message, ...rest) {
    if (stolen === undefined && message && message.v === 1) {
      stolen = this;
      stolen.addEventListener("message", (event) => received.push(event.data));
    }
    return native.call(this, message, ...rest);
  };
`;

/** An app that shows "hostile", then runs `python`. Each of its runs prints a line. */
export const hostile = (python = ""): string => `
import streamlit as st
print("a run")
st.html("<p>hostile</p><script>window.authored = true</script>", unsafe_allow_javascript=True)
st.button("Run again")
${python}
`;

export type HostileApp = {
  readonly page: Page;
  /** Runs JavaScript in the app's page, as the author's own scripts there do. */
  readonly inApp: <T>(source: string) => Promise<T>;
  /** Runs JavaScript in the runtime frame, which the app's page may script at will. */
  readonly inRuntime: <T>(source: string) => Promise<T>;
  /** Sends anything to the host page on its own port. Needs `stealPort`. */
  readonly say: (message: unknown) => Promise<void>;
  /** What the host page has sent since the theft. */
  readonly received: () => Promise<HostMessage[]>;
  readonly stealPort: () => Promise<void>;
};

/** Opens an app of a hostile author and waits until its page, with a script of the author, is there. */
export async function openHostile(page: Page, python = ""): Promise<HostileApp> {
  await page.goto(snippet(hostile(python)));
  await app(page).getByText("hostile").waitFor();
  const inApp = async <T>(source: string) => (await frameOf(page, "App")).evaluate<T>(source);
  expect(await inApp("window.authored")).toBe(true);
  return {
    page,
    inApp,
    inRuntime: async (source) => (await frameOf(page, "Runtime")).evaluate(source),
    say: async (message) => {
      await inApp(`stolen.postMessage(${JSON.stringify(message)})`);
    },
    received: () => inApp("received"),
    async stealPort() {
      await inApp(`(0, eval)(${JSON.stringify(theft)})`);
      await app(page).getByRole("button", { name: "Run again" }).click();
      await expect.poll(() => inApp("stolen !== undefined")).toBe(true);
    },
  };
}

/** A request for a secret as the worker sends it. */
export const request = (id: string, name: string, reason: string | null = null): FrameMessage => ({
  v: 1,
  type: "secret.request",
  id,
  name,
  reason,
});

/**
 * Waits until the host page has dropped `count` messages of the app, as its console panel says. The panel
 * is behind a dialog that is open, so `answer` says first what the visitor does with that.
 */
export async function dropped(
  page: Page,
  count: number,
  answer: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await answer();
  const panel = page.getByRole("region", { name: "Console" });
  if ((await panel.count()) === 0) await page.getByRole("button", { name: "Console" }).click();
  const verb = count === 1 ? "message from the app was" : "messages from the app were";
  await panel.getByText(`${count} ${verb} not understood and dropped`, { exact: true }).waitFor();
}

/** The frame of the host page with this title. */
export async function frameOf(page: Page, title: "App" | "Runtime"): Promise<Frame> {
  const frame = await (await page.$(`iframe[title="${title}"]`))?.contentFrame();
  if (!frame) throw new Error(`There is no frame called ${title}.`);
  return frame;
}
