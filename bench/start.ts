import type { BrowserContext, Page } from "playwright-core";

/** Milliseconds after the address was entered, and bytes received until the dialog was there. */
export type Start = {
  readonly frame: number;
  readonly runtime: number;
  readonly starting: number;
  readonly ready: number;
  readonly asked: number;
  readonly dialog: number;
  readonly bytes: number;
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
  let bytes = 0;
  context.on("requestfinished", (request) => {
    void request.sizes().then(({ responseBodySize, responseHeadersSize }) => {
      bytes += responseBodySize + responseHeadersSize;
    });
  });
  await page.goto(url);
  await page.getByRole("dialog").waitFor();
  const dialog = await page.evaluate(() => performance.now());
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
      dialog,
      bytes,
    },
  };
}

/** Runs in every page before its scripts: notes when which message reached the host page. */
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
}
