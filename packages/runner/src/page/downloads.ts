/**
 * Chromium does not ask the service worker for the target of `<a download>`, so the app's own files
 * would be looked for on the server. Fetched first, they are saved from memory.
 */
export function openDownloadsThroughFetch(): void {
  addEventListener(
    "click",
    (event) => {
      const link = event
        .composedPath()
        .find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement);
      if (!link?.hasAttribute("download")) return;
      const url = new URL(link.href, location.href);
      if (url.origin !== location.origin || url.protocol === "blob:") return;
      event.preventDefault();
      void save(url, link.download);
    },
    true,
  );
}

async function save(url: URL, name: string): Promise<void> {
  const response = await fetch(url);
  const object = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = object;
  link.download = name || fileName(response, url);
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(object);
  }, 60_000);
}

function fileName(response: Response, url: URL): string {
  const disposition = response.headers.get("content-disposition") ?? "";
  const given = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
  return given ?? url.pathname.split("/").pop() ?? "download";
}
