import { paths } from "@portafilter/protocol";

/** Registers the app origin's service worker; resolves once it answers for pages that are opened. */
export async function activeServiceWorker(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(paths.serviceWorker, {
    scope: "/",
    updateViaCache: "none",
  });
  return navigator.serviceWorker.ready;
}

/**
 * Resolves once it also answers for this page and the workers that it makes from then on. It claims
 * all pages when it becomes active, but not those that are reloaded past it afterwards.
 */
export async function control({ active }: ServiceWorkerRegistration): Promise<void> {
  const container = navigator.serviceWorker;
  await new Promise<void>((resolve) => {
    const look = () => {
      if (container.controller) resolve();
    };
    container.addEventListener("controllerchange", look);
    look();
    if (!container.controller) active?.postMessage({ type: "claim" });
  });
}
