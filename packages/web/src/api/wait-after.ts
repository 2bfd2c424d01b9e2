const firstWait = 1_000;
/** A server that is back is met again within ten seconds, however long it was away. */
const longestWait = 5_000;

/**
 * Milliseconds until the next try after `failures` in a row: longer and longer, up to about five
 * seconds. A little by chance, so that the pages of many visitors do not come back at one moment.
 */
export function waitAfter(failures: number): number {
  const wait = Math.min(firstWait * 2 ** (failures - 1), longestWait);
  return wait * (0.75 + Math.random() / 2);
}
