/**
 * What a frame may say within a second. The runtime stays far below; what a hostile app can post would
 * fill this page's memory, since nothing but closing the port keeps a message from arriving.
 */
export const floodLimits = { messages: 10_000, characters: 32_000_000 } as const;

/** Takes note of each message, and of the characters in it. True once there were too many at a time. */
export function createFloodGauge(
  now: () => number = () => performance.now(),
): (length?: number) => boolean {
  let second = now();
  let messages = 0;
  let characters = 0;
  return (length = 0) => {
    if (now() - second > 1_000) [second, messages, characters] = [now(), 0, 0];
    messages += 1;
    characters += length;
    return messages > floodLimits.messages || characters > floodLimits.characters;
  };
}
