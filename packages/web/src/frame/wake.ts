/** Hears when this page may have slept: it is looked at again, or goes on. Until the returned function is called. */
export function onWake(listener: () => void): () => void {
  const ending = new AbortController();
  const options = { signal: ending.signal };
  document.addEventListener("visibilitychange", listener, options);
  document.addEventListener("resume", listener, options);
  addEventListener("pageshow", listener, options);
  addEventListener("focus", listener, options);
  return () => {
    ending.abort();
  };
}
