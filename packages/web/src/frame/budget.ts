import type { Budget } from "@portafilter/protocol";

/** Takes `amount` out of what is left. False, and nothing taken, when it is not there. */
export type Take = (amount?: number) => boolean;

/** A budget that is full at first and fills up by time. */
export function createBudget(
  { atOnce, perSecond }: Budget,
  now: () => number = () => performance.now(),
): Take {
  let left = atOnce;
  let seen = now();
  return (amount = 1) => {
    const time = now();
    left = Math.min(atOnce, left + ((time - seen) / 1_000) * perSecond);
    seen = time;
    if (amount > left) return false;
    left -= amount;
    return true;
  };
}
