/** How long a page that was left may take to let go of its lock: a reload overlaps, on a busy machine for long. */
const patience = 3_000;

/**
 * Claims the tab called `tab` for the life of this page. False means that another living page holds
 * it, so that this page's sessionStorage is a copy (browsers copy it when a tab is duplicated or
 * opened by a page), or that the browser has no locks to tell.
 */
export async function claimTab(locks: LockManager | undefined, tab: string): Promise<boolean> {
  if (locks === undefined) return false;
  return new Promise((resolve) => {
    locks
      .request(`portafilter.tab.${tab}`, { signal: AbortSignal.timeout(patience) }, () => {
        resolve(true);
        return new Promise<never>(() => {
          // Never settles: the browser releases the lock when the page goes.
        });
      })
      .catch(() => {
        resolve(false);
      });
  });
}
