import { paths } from "@portafilter/protocol";

/** A hint that Python may suspend; whether it can is asked in Python, on the stack that wants to. */
export function canSuspend(): boolean {
  return "Suspending" in WebAssembly;
}

/** Registers the app origin's service worker; resolves once it answers for this origin. */
export async function controlled(): Promise<void> {
  await navigator.serviceWorker.register(paths.serviceWorker, {
    scope: "/",
    updateViaCache: "none",
  });
  await navigator.serviceWorker.ready;
}
