import { expect, test } from "vitest";
import { createFairGate } from "./fair-gate.ts";

const limits = { atOnce: 2, each: 1, waiting: 6, eachWaiting: 4 };

/** A gate, and work that ends when it is told to. */
function gate(most: Partial<typeof limits> = {}) {
  const inTurn = createFairGate({ ...limits, ...most });
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (asker: string | null, name: string) => {
    const result = inTurn(asker, async () => {
      began.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
    return result.catch((error: unknown) => (error as { code: string }).code);
  };
  const next = async () => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ask, began, next };
}

test("askers take turns, and nobody takes all places", async () => {
  const { ask, began, next } = gate();
  const all = ["a1", "a2", "a3", "b1", "b2", "c1"].map((name) => ask(name.charAt(0), name));
  await next();
  expect(began.slice(0, 2)).toEqual(["a1", "b1"]);
  while (began.length < 6) await next();
  expect(began.indexOf("c1")).toBeLessThan(began.indexOf("a3"));
  for (let times = 0; times < 6; times += 1) await next();
  expect(await Promise.all(all)).toEqual(["a1", "a2", "a3", "b1", "b2", "c1"]);
});

test("what finds no room is refused at once; a crowd makes place for whoever has less", async () => {
  const { ask, began, next } = gate({ atOnce: 1, eachWaiting: 5 });
  const first = ask("a", "running");
  const crowd = [1, 2, 3, 4, 5, 6].map((number) => ask("a", `a${number}`));
  expect(await crowd[5]).toBe("package_busy");
  const other = ask("b", "b");
  const third = ask("c", "c");
  // Six wait now, so the newest of whoever has most goes.
  expect(await crowd[4]).toBe("package_busy");
  while (began.length < 7) await next();
  await next();
  expect(await Promise.all([first, other, third])).toEqual(["running", "b", "c"]);
  expect(began.indexOf("b")).toBeLessThan(began.indexOf("a2"));
});

test("work that fails leaves its place, and the server's own always finds room", async () => {
  const inTurn = createFairGate({ atOnce: 1, each: 1, waiting: 1, eachWaiting: 1 });
  const failing = () => Promise.reject(new Error("it failed"));
  const all = Array.from({ length: 5 }, () => inTurn(null, failing));
  for (const one of all) await expect(one).rejects.toThrow("it failed");
  expect(await inTurn("a", () => Promise.resolve(1))).toBe(1);
});
