import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { groupCommit } from "./group.ts";

/** A writer that is told when to finish each batch. */
function writer() {
  const batches: { items: readonly string[]; done: () => void; fail: (error: Error) => void }[] =
    [];
  const record = groupCommit<string>(
    (items) =>
      new Promise((resolve, reject) => {
        const refusal = (item: string) => (item === "bad" ? new Problem("signed_out") : null);
        batches.push({
          items,
          done: () => {
            resolve(refusal);
          },
          fail: reject,
        });
      }),
  );
  return { batches, record };
}
/** A batch begins with the turn after the one that asked for it, or that ended the batch before. */
const soon = async () => {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test("the first goes at once, those that come meanwhile go together", async () => {
  const { batches, record } = writer();
  const first = record("a");
  await soon();
  expect(batches.map(({ items }) => items)).toEqual([["a"]]);
  const others = [record("b"), record("c")];
  await soon();
  expect(batches).toHaveLength(1);
  batches[0]?.done();
  await first;
  await soon();
  expect(batches[1]?.items).toEqual(["b", "c"]);
  batches[1]?.done();
  await Promise.all(others);
});

test("nothing resolves before its batch is written", async () => {
  const { batches, record } = writer();
  let isWritten = false;
  const written = record("a").then(() => {
    isWritten = true;
  });
  await soon();
  await soon();
  expect(isWritten).toBe(false);
  batches[0]?.done();
  await written;
});

test("a batch that fails rejects all of its callers, and the next one goes on", async () => {
  const { batches, record } = writer();
  const both = [record("a"), record("b")];
  await soon();
  const after = record("c");
  const outcome = Promise.allSettled(both);
  batches[0]?.fail(new Error("no disk"));
  expect((await outcome).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await soon();
  batches[1]?.done();
  await after;
});

test("one that is refused does not take others along", async () => {
  const { batches, record } = writer();
  const [good, bad] = [record("good"), record("bad")];
  await soon();
  batches[0]?.done();
  await expect(bad).rejects.toThrow(new Problem("signed_out"));
  await good;
});

test("more than can wait is refused", async () => {
  const { record } = writer();
  const all = Array.from({ length: 10_600 }, (_, n) => record(`${n}`));
  const last = all.at(-1) ?? Promise.resolve();
  await expect(last).rejects.toMatchObject({ code: "database_unavailable" });
  // The rest is never written in this test.
  for (const one of all) one.catch(() => undefined);
});
