import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import {
  bothData,
  containerData,
  locked,
  member,
  type TestPackages,
  temporaryFolder,
  testPackages,
  wheels,
} from "../testing/packages.ts";
import { broken, flipped, indexPage, stalled, whole, withoutRanges } from "../testing/upstream.ts";

const cdn = "/cdn/v1.0.0/full/both-1.0-py3-none-any.whl";
const indexed = "/files/both-1.0-py3-none-any.whl";
const { sha256, file } = wheels.both;

async function storedFiles(dataDir: string): Promise<string[]> {
  return (await readdir(join(dataDir, "packages"))).filter((name) => name !== ".incoming");
}

describe("sources, in order", () => {
  test("the CDN is asked first, and once", async () => {
    const { mirror, upstream } = await testPackages();
    expect(await readFile(await mirror.whole(sha256))).toEqual(bothData);
    await mirror.whole(sha256);
    expect(upstream.seen.map(({ url }) => url)).toEqual([cdn]);
  });

  test("a file is here once it was fetched, and nothing is fetched to find out", async () => {
    const { mirror, upstream } = await testPackages();
    expect(await mirror.has(sha256)).toBe(false);
    expect(upstream.seen).toEqual([]);
    await mirror.whole(sha256);
    expect(await mirror.has(sha256)).toBe(true);
    expect(await mirror.has("0".repeat(64))).toBe(false);
  });

  test("the wheelhouse comes before all of them", async () => {
    const wheelhouse = await temporaryFolder();
    await writeFile(join(wheelhouse, file), bothData);
    const { mirror, upstream } = await testPackages({ wheelhouse });
    expect(await readFile(await mirror.whole(sha256))).toEqual(bothData);
    expect(upstream.seen).toEqual([]);
  });

  test("a wrong file in the wheelhouse is passed over", async () => {
    const wheelhouse = await temporaryFolder();
    await writeFile(join(wheelhouse, file), flipped(bothData, 7));
    const { mirror } = await testPackages({ wheelhouse });
    expect(await readFile(await mirror.whole(sha256))).toEqual(bothData);
  });

  test("the index follows where the CDN has nothing", async () => {
    const { mirror, upstream } = await testPackages();
    upstream.routes.delete(cdn);
    expect(await readFile(await mirror.whole(sha256))).toEqual(bothData);
    expect(upstream.seen.map(({ url }) => url)).toEqual([cdn, "/simple/both/", indexed]);
  });

  test("where no source has it, it is unavailable", async () => {
    const { mirror, upstream } = await testPackages();
    upstream.routes.clear();
    await expect(mirror.open(sha256, file, null)).rejects.toMatchObject({
      code: "package_unavailable",
    });
  });
});

describe("bytes that are not those of the lock", () => {
  test("one turned bit: nothing is kept, the error names it, the log says where it came from", async () => {
    const { mirror, upstream, dataDir, logged } = await testPackages();
    upstream.routes.set(cdn, whole(flipped(bothData, 1000))).delete(indexed);
    await expect(mirror.whole(sha256)).rejects.toMatchObject({ code: "package_corrupt" });
    expect(await storedFiles(dataDir)).toEqual([]);
    expect(await readdir(join(dataDir, "packages", ".incoming"))).toEqual([]);
    expect(logged.some(({ level, text }) => level === "warn" && text.includes(file))).toBe(true);
  });

  test("a reader that got some of them fails and never ends", async () => {
    const { mirror, upstream } = await testPackages();
    upstream.routes.set(cdn, whole(flipped(bothData, bothData.length - 1))).delete(indexed);
    const opened = await mirror.open(sha256, file, null);
    let length = 0;
    const read = async () => {
      for await (const part of opened.bytes()) length += part.length;
    };
    await expect(read()).rejects.toMatchObject({ code: "package_corrupt" });
    expect(length).toBeLessThan(bothData.length);
  });

  test("a reader fails although another source then has the right ones", async () => {
    const { mirror, upstream } = await testPackages();
    upstream.routes.set(cdn, (_, response) => {
      response.writeHead(200);
      response.write(flipped(bothData, 0).subarray(0, 200_000));
      setTimeout(() => response.end(bothData.subarray(200_000)), 100);
    });
    const opened = await mirror.open(sha256, file, null);
    await expect(buffer(opened.bytes())).rejects.toMatchObject({ code: "package_corrupt" });
    expect(await readFile(await mirror.whole(sha256))).toEqual(bothData);
  });

  test("a source that breaks off: the reader is served to the end by the next", async () => {
    const { mirror, upstream } = await testPackages();
    upstream.routes.set(cdn, broken(bothData, 150_000));
    const opened = await mirror.open(sha256, file, null);
    expect(await buffer(opened.bytes())).toEqual(bothData);
  });

  test("a source that stalls is left for the next", async () => {
    const { mirror, upstream } = await testPackages({ idleTimeout: 2_000 });
    upstream.routes.set(cdn, stalled(bothData, 150_000));
    expect(await readFile(await mirror.whole(sha256))).toEqual(bothData);
  });

  test("more bytes than the lock says are not read to their end", async () => {
    const { mirror, upstream } = await testPackages();
    upstream.routes.set(cdn, whole(Buffer.concat([bothData, bothData]))).delete(indexed);
    await expect(mirror.whole(sha256)).rejects.toMatchObject({ code: "package_corrupt" });
  });
});

describe("what is stored", () => {
  test("needs no network the next time", async () => {
    const first = await testPackages();
    await first.mirror.whole(sha256);
    const second = await testPackages({ dataDir: first.dataDir });
    const opened = await second.mirror.open(sha256, file, null);
    expect(await buffer(opened.bytes())).toEqual(bothData);
    expect(second.upstream.seen).toEqual([]);
  });

  test("is checked at first use: a damaged file is named in the log and fetched again", async () => {
    const first = await testPackages();
    const path = await first.mirror.whole(sha256);
    await writeFile(path, flipped(bothData, 5));
    const second = await testPackages({ dataDir: first.dataDir });
    expect(await readFile(await second.mirror.whole(sha256))).toEqual(bothData);
    const warning = second.logged.find(({ level }) => level === "warn")?.text;
    expect(warning).toContain(sha256);
    expect(warning).toContain(file);
    expect(second.upstream.seen.map(({ url }) => url)).toEqual([cdn]);
  });

  test("and was removed by somebody is fetched again", async () => {
    const { mirror, upstream, dataDir } = await testPackages();
    await mirror.whole(sha256);
    await rm(join(dataDir, "packages", sha256));
    expect(await readFile(await mirror.whole(sha256))).toEqual(bothData);
    expect(upstream.seen).toHaveLength(2);
  });
});

describe("many at once", () => {
  test("share one fetch, and each gets all of it", async () => {
    const { mirror, upstream } = await testPackages();
    const reads = Array.from({ length: 20 }, async () =>
      buffer((await mirror.open(sha256, file, null)).bytes()),
    );
    for (const read of await Promise.all(reads)) expect(read.equals(bothData)).toBe(true);
    expect(upstream.seen).toHaveLength(1);
  });
});

test("a file that nobody lists is unknown, and so is a known one by another name", async () => {
  const { mirror } = await testPackages();
  const unknown = { code: "package_unknown" };
  await expect(mirror.open("0".repeat(64), file, null)).rejects.toMatchObject(unknown);
  await expect(mirror.open(sha256, "other-1.0-py3-none-any.whl", null)).rejects.toMatchObject(
    unknown,
  );
});

describe("files that only the index lists", () => {
  function list({ upstream }: TestPackages, name: string, size?: number) {
    const data = Buffer.alloc(400, name);
    const { file, sha256 } = locked(name, data, [{ kind: "index" }]);
    const url = `${upstream.origin}/files/${file}`;
    upstream.routes
      .set(`/simple/${name}/`, indexPage([{ filename: file, url, hashes: { sha256 }, size }]))
      .set(`/files/${file}`, whole(data));
    return { data, file, sha256 };
  }

  test("can be fetched as the index lists them, and never fill the disk", async () => {
    const packages = await testPackages();
    const sums: string[] = [];
    for (const name of ["one", "two", "three"]) {
      const { data, file, sha256 } = list(packages, name);
      const opened = await packages.mirror.open(sha256, file, null);
      expect((await buffer(opened.bytes())).equals(data)).toBe(true);
      sums.push(sha256);
      // Files are told apart by when they were used.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const kept = await readdir(join(packages.dataDir, "listed"));
    expect(kept.filter((name) => !name.startsWith(".")).sort()).toEqual(sums.slice(1).sort());
  });

  test("are unknown under another name or sha256 than the index has, or for another machine", async () => {
    const packages = await testPackages();
    const { file, sha256 } = list(packages, "one");
    const other = "one-1.0-cp314-cp314-manylinux_2_17_x86_64.whl";
    packages.upstream.routes.set(
      "/simple/two/",
      indexPage([{ filename: other, url: "x", hashes: { sha256 } }]),
    );
    for (const [sum, name] of [
      [sha256, "one-2.0-py3-none-any.whl"],
      ["0".repeat(64), file],
      [sha256, "two-1.0-py3-none-any.whl"],
      [sha256, other],
      [sha256, "..%2f-1.0-py3-none-any.whl"],
    ] as const) {
      const opened = packages.mirror.open(sum, name, null);
      await expect(opened).rejects.toMatchObject({ code: "package_unknown" });
    }
  });

  test("are fetched a few at a time, however many are asked for", async () => {
    const packages = await testPackages({ listedMaxBytes: 1_000_000 });
    let running = 0;
    let most = 0;
    const reads = Array.from({ length: 30 }, (_, number) => {
      const { data, file, sha256 } = list(packages, `many${number}`);
      packages.upstream.routes.set(`/files/${file}`, (request, response) => {
        most = Math.max(most, ++running);
        setTimeout(() => {
          running -= 1;
          whole(data)(request, response);
        }, 10);
      });
      return packages.mirror.open(sha256, file, null).then(({ bytes }) => buffer(bytes()));
    });
    await Promise.all(reads);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  test("that are asked for by several at once are fetched once", async () => {
    const packages = await testPackages();
    const { data, file, sha256 } = list(packages, "one");
    const reads = Array.from({ length: 20 }, async (_, number) =>
      buffer((await packages.mirror.open(sha256, file, `192.0.2.${number}`)).bytes()),
    );
    for (const read of await Promise.all(reads)) expect(read.equals(data)).toBe(true);
    expect(packages.upstream.seen).toHaveLength(2);
  });

  test("that are larger than anything a browser could use are not even begun", async () => {
    const packages = await testPackages();
    const { file, sha256 } = list(packages, "huge", 2 ** 31);
    await expect(packages.mirror.open(sha256, file, null)).rejects.toMatchObject({
      code: "package_unavailable",
    });
    expect(packages.upstream.seen.map(({ url }) => url)).toEqual(["/simple/huge/"]);
    expect(packages.logged.some(({ level, text }) => level === "warn" && text.includes(file))).toBe(
      true,
    );
  });

  test("are not opened to have their members read", async () => {
    const packages = await testPackages();
    const { file, sha256 } = list(packages, "one");
    await packages.mirror.open(sha256, file, null);
    await expect(packages.mirror.whole(sha256)).rejects.toMatchObject({ code: "package_unknown" });
  });
});

describe("members of a container", () => {
  const container = "/files/container-1.0-py3-none-any.whl";

  test("are read by range: one request for the index, one for the bytes", async () => {
    const { mirror, upstream } = await testPackages();
    expect(await readFile(await mirror.whole(wheels.member.sha256))).toEqual(member.data);
    expect(upstream.seen.map(({ url }) => url)).toEqual(["/simple/container/", container]);
    expect(upstream.seen[1]?.headers.range).toMatch(/^bytes=\d+-\d+$/);
  });

  test("come out of the whole container, fetched once, where ranges are not answered", async () => {
    const { mirror, upstream, dataDir } = await testPackages();

    upstream.routes.set(container, withoutRanges(containerData));
    expect(await readFile(await mirror.whole(wheels.member.sha256))).toEqual(member.data);
    const before = upstream.seen.length;
    await mirror.whole(wheels.second.sha256);
    expect(upstream.seen).toHaveLength(before);
    expect(await storedFiles(dataDir)).toHaveLength(3);
  });

  test("that lie elsewhere than the lock says are refused", async () => {
    const { mirror, upstream } = await testPackages();
    upstream.routes.set(container, whole(containerData.subarray(1)));
    await expect(mirror.whole(wheels.member.sha256)).rejects.toMatchObject({
      code: "package_unavailable",
    });
  });

  test("whose packed bytes are damaged are refused", async () => {
    const { mirror, upstream } = await testPackages();
    const [source] = wheels.member.sources;
    const at = source?.kind === "member" ? source.offset + 200 : 0;
    upstream.routes.set(container, whole(flipped(containerData, at)));
    await expect(mirror.whole(wheels.member.sha256)).rejects.toMatchObject({
      code: expect.stringMatching(/^package_(corrupt|unavailable)$/) as string,
    });
  });
});
