import { describe, expect, it } from "vitest";
import { createQueue } from "./queue.ts";
import { failureOf } from "./testing/client.ts";

const never = new AbortController().signal;

/** Work that lasts until the test lets it end. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let isStarted = false;
  const work = () => {
    isStarted = true;
    return promise;
  };
  return { work, resolve, reject, isStarted: () => isStarted };
}

describe("the queue", () => {
  it("lets as many through as it may, and the others in order", async () => {
    const queue = createQueue({ atOnce: 2, waiting: 10 });
    const jobs = Array.from({ length: 5 }, held);
    const results = jobs.map(({ work }) => queue.run(never, work));
    const started = () => jobs.map((job) => job.isStarted());
    expect(started()).toEqual([true, true, false, false, false]);
    jobs[1]?.resolve("b");
    await results[1];
    expect(started()).toEqual([true, true, true, false, false]);
    for (const job of jobs) job.resolve("x");
    expect(await Promise.all(results)).toEqual(["x", "b", "x", "x", "x"]);
  });

  it("refuses at once when too many wait", async () => {
    const queue = createQueue({ atOnce: 1, waiting: 1 });
    const [first, second] = [held(), held()];
    const results = [queue.run(never, first.work), queue.run(never, second.work)];
    expect((await failureOf(queue.run(never, held().work))).reason).toBe("busy");
    first.resolve("1");
    second.resolve("2");
    expect(await Promise.all(results)).toEqual(["1", "2"]);
  });

  it("gives up the place in line when the deadline passes, and never begins", async () => {
    const queue = createQueue({ atOnce: 1, waiting: 1 });
    const [first, second, third] = [held(), held(), held()];
    const deadline = new AbortController();
    const running = queue.run(never, first.work);
    const late = failureOf(queue.run(deadline.signal, second.work));
    deadline.abort();
    expect((await late).reason).toBe("late");
    const next = queue.run(never, third.work);
    first.resolve("1");
    third.resolve("3");
    expect(await Promise.all([running, next])).toEqual(["1", "3"]);
    expect(second.isStarted()).toBe(false);
  });

  it("does not begin what is too late already", async () => {
    const job = held();
    const run = createQueue({ atOnce: 1, waiting: 1 }).run(AbortSignal.abort(), job.work);
    expect((await failureOf(run)).reason).toBe("late");
    expect(job.isStarted()).toBe(false);
  });

  it("goes on after work that failed", async () => {
    const queue = createQueue({ atOnce: 1, waiting: 1 });
    await expect(queue.run(never, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await queue.run(never, () => Promise.resolve("yes"))).toBe("yes");
  });
});
