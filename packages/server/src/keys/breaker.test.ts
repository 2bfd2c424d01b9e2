import { describe, expect, it } from "vitest";
import { createBreaker } from "./breaker.ts";
import { type KeyFailure, KeyServerError } from "./failure.ts";
import { keyClientDefaults } from "./key-client.ts";
import { failureOf } from "./testing/client.ts";

const { failures, rest } = keyClientDefaults;

function setUp() {
  let clock = 0;
  let sent = 0;
  const changes: boolean[] = [];
  const onChange = (isOpen: boolean) => {
    changes.push(isOpen);
  };
  const breaker = createBreaker({ failures, rest, now: () => clock, onChange });
  return {
    changes,
    sent: () => sent,
    advance: (milliseconds: number) => (clock += milliseconds),
    run: (work: () => Promise<string>) =>
      breaker.run(() => {
        sent += 1;
        return work();
      }),
    /** Fails that often in a row. */
    fail: async (times: number, reason: KeyFailure = "unreachable") => {
      for (let i = 0; i < times; i++) {
        await failureOf(breaker.run(() => Promise.reject(new KeyServerError(reason))));
      }
    },
  };
}
const works = () => Promise.resolve("fine");

describe("the breaker", () => {
  it("opens after some failures in a row, and sends nothing while it rests", async () => {
    const { fail, run, sent, advance, changes } = setUp();
    await fail(failures);
    for (let i = 0; i < 100; i++) expect((await failureOf(run(works))).reason).toBe("resting");
    advance(rest - 1);
    expect((await failureOf(run(works))).reason).toBe("resting");
    expect(sent()).toBe(0);
    expect(changes).toEqual([true]);
  });

  it("does not open for failures with successes between them", async () => {
    const { fail, run, changes } = setUp();
    for (let i = 0; i < 5; i++) {
      await fail(failures - 1);
      expect(await run(works)).toBe("fine");
    }
    expect(changes).toEqual([]);
  });

  it.each<KeyFailure>(["denied", "rejected", "not_authentic", "unsuitable_key", "busy"])(
    "does not open for what speaks against the request: %s",
    async (reason) => {
      const { fail, run } = setUp();
      await fail(failures * 3, reason);
      expect(await run(works)).toBe("fine");
    },
  );

  it.each<KeyFailure>(["unreachable", "late", "sealed", "throttled", "failed", "nonsense"])(
    "opens for what speaks against the server: %s",
    async (reason) => {
      const { fail, run } = setUp();
      await fail(failures, reason);
      expect((await failureOf(run(works))).reason).toBe("resting");
    },
  );

  it("lets one call try after the rest, and closes when that works", async () => {
    const { fail, run, sent, advance, changes } = setUp();
    await fail(failures);
    advance(rest);
    const { promise, resolve } = Promise.withResolvers<string>();
    const trial = run(() => promise);
    for (let i = 0; i < 50; i++) expect((await failureOf(run(works))).reason).toBe("resting");
    expect(sent()).toBe(1);
    resolve("back");
    expect(await trial).toBe("back");
    expect(await Promise.all([run(works), run(works)])).toEqual(["fine", "fine"]);
    expect(changes).toEqual([true, false]);
  });

  it("rests again when the trial fails, for no longer than before", async () => {
    const { fail, run, advance, changes } = setUp();
    await fail(failures);
    for (let i = 0; i < 5; i++) {
      advance(rest);
      await fail(1);
      expect((await failureOf(run(works))).reason).toBe("resting");
    }
    advance(rest);
    expect(await run(works)).toBe("fine");
    expect(changes).toEqual([true, false]);
  });

  it("does not rest longer for calls that were under way when it opened", async () => {
    const { fail, run, advance } = setUp();
    const { promise, reject } = Promise.withResolvers<string>();
    const slow = failureOf(run(() => promise));
    await fail(failures);
    advance(rest - 1);
    reject(new KeyServerError("late"));
    await slow;
    advance(1);
    expect(await run(works)).toBe("fine");
  });

  it("takes a trial that was refused for a sign of life", async () => {
    const { fail, run, advance } = setUp();
    await fail(failures);
    advance(rest);
    await fail(1, "not_authentic");
    expect(await run(works)).toBe("fine");
  });

  it("is back within 10 s even when the last trial hangs as long as it may", () => {
    const longestTimeout = 7_000;
    expect(rest + longestTimeout).toBeLessThan(10_000);
  });
});
