import type { Page } from "playwright-core";

/** Every value of these tests contains it. */
export const mark = "canary-";

/**
 * The places within reach of a page's scripts, its frames' and those of the next page in the tab, that
 * hold a value which contains `mark`.
 */
export async function remains(page: Page): Promise<string[]> {
  const places = await Promise.all(
    page.frames().map(async (frame) => {
      // A frame that went meanwhile holds nothing.
      const found = await frame.evaluate(search).catch(() => []);
      return found.map((place) => `${new URL(frame.url()).pathname}: ${place}`);
    }),
  );
  return places.flat();
}

/** Runs in the page, which must not learn what is looked for: its memory is searched, too. */
async function search(): Promise<string[]> {
  const isMarked = (text: string) => /can[a]ry-/.test(text);
  const fields = [...document.querySelectorAll("input, textarea")] as HTMLInputElement[];
  const texts: [string, string][] = [
    ["sessionStorage", JSON.stringify(sessionStorage)],
    ["localStorage", JSON.stringify(localStorage)],
    ["cookies", document.cookie],
    ["name", window.name],
    ["text", document.documentElement.outerHTML],
    ["fields", fields.map(({ value }) => value).join("\n")],
    ["history", JSON.stringify([location.href, history.state])],
  ];
  for (const entry of navigation.entries())
    texts.push(["history", `${entry.url ?? ""} ${JSON.stringify(entry.getState() ?? null)}`]);

  const done = <T>(asked: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      asked.addEventListener("success", () => {
        resolve(asked.result);
      });
      asked.addEventListener("error", () => {
        reject(asked.error ?? new Error("IndexedDB"));
      });
    });
  for (const { name = "" } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const within = database.transaction(store).objectStore(store);
      const all = [await done(within.getAllKeys()), await done(within.getAll())];
      texts.push([`IndexedDB ${name}`, JSON.stringify(all)]);
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      texts.push([`Cache Storage ${name}`, `${request.url} ${(await answer?.text()) ?? ""}`]);
    }
  }
  return texts.filter(([, text]) => isMarked(text)).map(([place]) => place);
}

/** Whether the memory of the page's scripts holds such a value, once what nobody refers to is gone. */
export async function isInMemory(page: Page): Promise<boolean> {
  const devtools = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  devtools.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await devtools.send("HeapProfiler.enable");
  await devtools.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await devtools.detach();
  return chunks.join("").includes(mark);
}
