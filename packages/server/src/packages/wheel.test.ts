import { createWriteStream } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { crc32, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { places } from "../places.ts";
import { micropipFile, temporaryFolder } from "../testing/packages.ts";
import { openWheel } from "./wheel.ts";

const path = join(places.bundledWheels, micropipFile);
const onLinux = process.platform === "linux";
const name = "micropip/package_manager.py";

async function opened() {
  const wheel = await openWheel(path);
  const member = wheel.member(name) ?? expect.fail(`${name} is not in the wheel`);
  return { wheel, member };
}

/** Descriptors of this process that lead to the wheel; Linux lists them. */
async function descriptors(): Promise<number> {
  const all = await readdir("/proc/self/fd");
  const links = await Promise.all(all.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  return links.filter((link) => link.endsWith(micropipFile)).length;
}

describe("a file in a wheel", () => {
  test("comes packed or unpacked, as often as it is wanted", async () => {
    const { wheel, member } = await opened();
    const packed = await buffer(await member.open("packed"));
    const unpacked = await buffer(await member.open("unpacked"));
    expect(packed.length).toBe(member.packedSize);
    expect(unpacked.length).toBe(member.size);
    expect(crc32(unpacked)).toBe(member.crc32);
    expect(inflateRawSync(packed)).toEqual(unpacked);
    wheel.close();
  });

  test("attack D10: readers that go away in the middle of others harm nobody", async () => {
    const { wheel, member } = await opened();
    for (let round = 0; round < 50; round++) {
      const streams = await Promise.all(
        Array.from({ length: 8 }, (_, i) => member.open(i % 2 ? "packed" : "unpacked")),
      );
      const reads = streams.map((stream) => buffer(stream).catch(() => null));
      for (const stream of streams.slice(1)) stream.destroy();
      expect((await reads[0])?.length).toBe(member.size);
      await Promise.all(reads);
    }
    wheel.close();
  });

  test.runIf(onLinux)(
    "is read to its end though its wheel was closed meanwhile, which then lets go of the file",
    async () => {
      const { wheel, member } = await opened();
      const stream = await member.open("unpacked");
      wheel.close();
      const target = join(await temporaryFolder(), "out");
      await pipeline(stream, createWriteStream(target));
      await expect.poll(descriptors).toBe(0);
    },
  );

  test.runIf(onLinux)("that nobody reads to its end lets go of the file, too", async () => {
    const { wheel, member } = await opened();
    const stream = await member.open("unpacked");
    stream.once("data", () => stream.destroy());
    await new Promise((resolve) => stream.once("close", resolve));
    wheel.close();
    await expect.poll(descriptors).toBe(0);
  });
});
