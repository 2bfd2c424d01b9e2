import { fileNameOf } from "./content-disposition.ts";

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
      if (link && isDownload(link)) {
        event.preventDefault();
        void save(link);
      }
    },
    true,
  );
  // Events of a link that was never put into the page, as Streamlit's, do not get to the window.
  const prototype = HTMLAnchorElement.prototype;
  const click = Reflect.get(prototype, "click");
  prototype.click = function (this: HTMLAnchorElement) {
    if (!this.isConnected && isDownload(this)) void save(this);
    else click.call(this);
  };
}

function isDownload(link: HTMLAnchorElement): boolean {
  const inMemory = link.protocol === "blob:";
  return link.hasAttribute("download") && link.origin === location.origin && !inMemory;
}

async function save({ href, download }: HTMLAnchorElement): Promise<void> {
  const response = await fetch(href);
  if (!response.ok) throw new Error(`The app did not hand out ${href} (${response.status}).`);
  const object = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = object;
  link.download =
    fileNameOf(response.headers.get("content-disposition")) ??
    [download, new URL(href).pathname.split("/").at(-1)].find(Boolean) ??
    "download";
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(object);
  }, 60_000);
}
