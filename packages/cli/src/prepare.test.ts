import { closure, readLock } from "@portafilter/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bring, essential } from "./prepare.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const files = closure(readLock(), essential);
const [first] = files;

/** A store that holds all but `missing`, on a machine that takes a second for each file. */
async function progress(missing: readonly (typeof files)[number][]): Promise<string[]> {
  const said: string[] = [];
  const aSecond = () => vi.setSystemTime(Date.now() + 1000);
  const mirror = {
    has: (sha256: string) => {
      aSecond();
      return Promise.resolve(!missing.some((file) => file.sha256 === sha256));
    },
    whole: (sha256: string) => {
      aSecond();
      return Promise.resolve(`/store/${sha256}`);
    },
  };
  await bring(mirror, files, (line) => said.push(line));
  return said;
}

test("packages that are all there are checked, and nothing is said of fetching", async () => {
  const said = await progress([]);
  expect(said[0]).toBe(`Checking packages: 1 of ${files.length} …`);
  expect(said.join()).not.toContain("Fetching");
});

test("those that are not there are fetched, and only they are counted", async () => {
  const said = await progress(files.slice(0, 2));
  expect(said.find((line) => line.startsWith("Fetching"))).toBe("Fetching packages: 1 of 2 …");
});

test("one that cannot be had is tried twice, and named", async () => {
  const whole = vi.fn(() => Promise.reject(new Error("away")));
  const has = (sha256: string) => Promise.resolve(sha256 !== first?.sha256);
  await expect(bring({ has, whole }, files, () => undefined)).rejects.toThrow(
    `could not be fetched: ${first?.file ?? ""}. Check the network`,
  );
  expect(whole).toHaveBeenCalledTimes(2);
});
