import type { BrowserContext, Page } from "playwright-core";

/** Milliseconds after the address was entered. `dialog`: it has been painted. */
export type Start = {
  readonly frame: number;
  readonly runtime: number;
  readonly starting: number;
  readonly ready: number;
  readonly asked: number;
  readonly dialog: number;
};

type Seen = { at: number; type: string; phase?: string };

/**
 * Opens `url` in a new tab and waits for the dialog. Phases are read off the messages that reach the
 * host page; `performance.now()` there counts from the start of the navigation.
 */
export async function measureStart(
  context: BrowserContext,
  url: string,
): Promise<{ page: Page; start: Start }> {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() =>
    (globalThis as unknown as { seen: Seen[] }).seen.some(({ type }) => type === "dialog"),
  );
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: Seen[] }).seen);
  const at = (match: (message: Seen) => boolean) => seen.find(match)?.at ?? Number.NaN;
  return {
    page,
    start: {
      frame: at(({ type }) => type === "app.progress"),
      runtime: at(({ phase }) => phase === "starting" || phase === "packages"),
      starting: at(({ phase }) => phase === "starting"),
      ready: at(({ phase }) => phase === "ready"),
      asked: at(({ type }) => type === "secret.request"),
      dialog: at(({ type }) => type === "dialog"),
    },
  };
}

/**
 * Runs in every page before its scripts: notes when which message reached the host page, and when its
 * dialog was painted. Who asks from outside whether it is there hears of it up to half a second later.
 */
export function noteMessages(): void {
  const noted: Seen[] = [];
  Object.assign(globalThis, { seen: noted });
  const Native = MessageChannel;
  globalThis.MessageChannel = class extends Native {
    constructor() {
      super();
      this.port1.addEventListener(
        "message",
        ({ data }: MessageEvent<{ type: string; phase?: string }>) => {
          const { type, phase } = data;
          noted.push({ at: performance.now(), type, ...(phase === undefined ? {} : { phase }) });
        },
      );
    }
  };
  const show = Reflect.get<HTMLDialogElement, "showModal">(
    HTMLDialogElement.prototype,
    "showModal",
  );
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    show.call(this);
    requestAnimationFrame(() => {
      setTimeout(() => noted.push({ at: performance.now(), type: "dialog" }));
    });
  };
}
