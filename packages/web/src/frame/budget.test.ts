import { expect, test } from "vitest";
import { createBudget } from "./budget.ts";

test("a budget is used up, fills up by time, and never above what it was at first", () => {
  let time = 0;
  const take = createBudget({ atOnce: 10, perSecond: 2 }, () => time);
  const taken = () => {
    let count = 0;
    while (take()) count += 1;
    return count;
  };
  expect(taken()).toBe(10);
  time += 1_500;
  expect(taken()).toBe(3);
  time += 60_000;
  expect(taken()).toBe(10);
});

test("what does not fit takes nothing", () => {
  const take = createBudget({ atOnce: 10, perSecond: 0 }, () => 0);
  expect([take(11), take(10), take(1)]).toEqual([false, true, false]);
});
