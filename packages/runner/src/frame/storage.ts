/**
 * Whether the browser lets this frame store nothing, and so have no service worker: because it is a frame
 * in another site, because of its own site, or anywhere. Merely touching a storage throws then.
 */
export function isStorageBlocked(): boolean {
  if (!("serviceWorker" in navigator)) return true;
  try {
    localStorage.getItem("");
    return false;
  } catch {
    return true;
  }
}
