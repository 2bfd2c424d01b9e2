import type { Page } from "playwright-core";
import type { Site } from "./site.ts";

type Order = {
  readonly wheels: readonly string[];
  readonly forceSync: boolean;
  /** Folder for the suite; it runs where no program is given. */
  readonly tests?: string;
  readonly program?: string;
};

export type WorkerMessage =
  | { readonly type: "output"; readonly line: string }
  | { readonly type: "collected"; readonly values: readonly [ids: string] }
  | { readonly type: "result"; readonly values: readonly [id: string, failures: string] }
  | { readonly type: "done"; readonly result: unknown }
  | { readonly type: "failed"; readonly message: string };

/** Starts `worker.js` in a page of the site and passes on what it says. */
export async function startWorker(
  page: Page,
  site: Site,
  order: Order,
  receive: (message: WorkerMessage) => void,
): Promise<void> {
  await page.exposeFunction("receive", receive);
  page.on("crash", () => {
    receive({ type: "failed", message: "The page has crashed." });
  });
  await page.goto(site.address);
  await page.evaluate((message) => {
    const worker = new Worker("/worker.js", { type: "module" });
    const { receive } = globalThis as unknown as { receive: (message: unknown) => void };
    worker.onmessage = ({ data }) => {
      receive(data);
    };
    worker.onerror = (event) => {
      receive({ type: "failed", message: event.message });
    };
    worker.postMessage(message);
  }, order);
}
