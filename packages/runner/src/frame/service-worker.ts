import { paths } from "@portafilter/protocol";

/** Registers the app origin's service worker; resolves once it answers for this origin. */
export async function controlled(): Promise<void> {
  await navigator.serviceWorker.register(paths.serviceWorker, {
    scope: "/",
    updateViaCache: "none",
  });
  await navigator.serviceWorker.ready;
}
