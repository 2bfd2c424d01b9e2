import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createListTurns } from "./list-turns.ts";
import { createWorld, listed, stored } from "./testing/world.ts";

/** Work that ends when it is told to. */
function held() {
  const ends: (() => void)[] = [];
  const begin = (fails = false) =>
    new Promise<string>((resolve, reject) => {
      ends.push(() => {
        if (fails) reject(new Error("failed"));
        else resolve("done");
      });
    });
  return { begin, ends };
}

test("one of a user at a time, a few wait, and the next is refused until there is room", async () => {
  const inTurn = createListTurns(2);
  const { begin, ends } = held();
  const all = [1, 2, 3].map(() => inTurn("ada", begin));
  const tooMany = inTurn("ada", begin);
  await expect(tooMany).rejects.toMatchObject({ code: "rate_limited", retryAfter: 2 });
  expect(ends).toHaveLength(1);
  const bobs = inTurn("bob", begin);
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  expect(await bobs).toBe("done");
  ends[0]?.();
  expect(await all[0]).toBe("done");
  const another = inTurn("ada", begin);
  for (const at of [2, 3, 4]) {
    await expect.poll(() => ends.length).toBe(at + 1);
    ends[at]?.();
  }
  expect(await Promise.all([...all, another])).toEqual(["done", "done", "done", "done"]);
});

test("one that fails keeps nobody waiting", async () => {
  const inTurn = createListTurns();
  const { begin, ends } = held();
  const [first, second] = [inTurn("ada", () => begin(true)), inTurn("ada", begin)];
  await expect.poll(() => ends.length).toBe(1);
  ends[0]?.();
  await expect(first).rejects.toThrow("failed");
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  expect(await second).toBe("done");
});

describeDatabases("lists of an account", (open) => {
  test("D10: of forty at once some are refused, and none of anybody else", async () => {
    const w = await createWorld(await open());
    await stored(w, "ada", "KEY");
    await stored(w, "bob", "KEY");
    const many = Array.from({ length: 40 }, () => w.ask("ada", "GET", "/secrets"));
    const bobs = await listed(w, "bob");
    expect(bobs).toHaveLength(1);
    const codes = (await Promise.all(many)).map(({ code }) => code ?? "answered");
    expect(new Set(codes)).toEqual(new Set(["answered", "rate_limited"]));
    expect(codes.filter((code) => code === "answered")).toHaveLength(21);
    expect(await listed(w, "ada")).toHaveLength(1);
  });
});
