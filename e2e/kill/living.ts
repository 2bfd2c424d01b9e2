import { expect } from "vitest";
import { createPerson, type Person } from "./person.ts";

type Kill = Readonly<{
  /** Kills something at a moment of its choice and starts it again. @returns what it was. */
  kill: (number: number) => Promise<string>;
  /** Milliseconds until everybody's secrets must be kept again after it. */
  timeout: number;
}>;

/**
 * Lets people write and merge without a pause while something is killed so many times, and fails unless each
 * of them can go on after every kill, and finds in the end what was acknowledged, once.
 */
export async function liveThrough(
  origin: string,
  people: number,
  kills: number,
  { kill, timeout }: Kill,
): Promise<void> {
  const everybody: Person[] = [];
  for (let number = 0; number < people; number++) {
    everybody.push(await createPerson(origin, number));
  }
  const end = new AbortController();
  const isOver = () => end.signal.aborted;
  const living = Promise.all(everybody.map((person) => person.live(isOver)));
  // What somebody throws is told by `living` at the end; the kills need not go on after it.
  living.catch(() => {
    end.abort();
  });

  for (let number = 0; number < kills && !isOver(); number++) {
    const victim = await kill(number);
    const before = everybody.map((person) => person.done());
    await expect
      .poll(() => everybody.every((person, n) => person.done() > (before[n] ?? 0)), {
        message: `everybody's secrets are kept again after the ${victim} was killed`,
        timeout,
      })
      .toBe(true);
  }
  end.abort();
  await living;

  expect(await Promise.all(everybody.map((person) => person.check()))).toEqual(
    everybody.map(() => []),
  );
}
