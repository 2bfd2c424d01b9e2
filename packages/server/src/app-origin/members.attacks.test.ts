import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { places } from "../places.ts";
import { Problem } from "../problem.ts";
import { micropipFile } from "../testing/packages.ts";
import { createMembers } from "./members.ts";

const path = "micropip/package_index.py";

/** Wheels of which the first `known` numbers are names, all of them the same file. */
function counted(known: number) {
  const opened: string[] = [];
  const members = createMembers((sha256) => {
    if (Number(sha256) >= known) return Promise.reject(new Problem("package_unknown"));
    opened.push(sha256);
    return Promise.resolve(`${places.bundledWheels}/${micropipFile}`);
  });
  return { members, opened };
}

test("attack D10: unknown hashes push out no wheel that is in use", async () => {
  const { members, opened } = counted(1);
  await members.open("0", path, false);
  const unknown = Array.from({ length: 100 }, (_, number) =>
    members.open(`${number + 1}`, path, false),
  );
  for (const result of await Promise.allSettled(unknown)) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: "package_unknown" } });
  }
  await members.open("0", path, false);
  expect(opened).toEqual(["0"]);
});

test("attack D10: a wheel that is being read is not closed for others that are known", async () => {
  const { members, opened } = counted(100);
  const reading = await (await members.open("0", path, true)).read();
  for (let number = 1; number < 100; number += 1) await members.open(`${number}`, path, false);
  await members.open("0", path, false);
  expect(opened).toHaveLength(100);
  expect(gunzipSync(await buffer(reading)).toString()).toContain("class ProjectInfo");
  // Nobody reads it any more, and it was asked for longest ago.
  for (let number = 1; number < 100; number += 1) await members.open(`${number}`, path, false);
  await members.open("0", path, false);
  expect(opened.filter((name) => name === "0")).toHaveLength(2);
});
