import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ConfigError } from "../config.ts";
import { places } from "../places.ts";
import { micropipFile, temporaryFolder } from "../testing/packages.ts";
import { cdnBase, fileHosts, indexAddress, indexUrlOf } from "./addresses.ts";

const micropip = join(places.bundledWheels, micropipFile);

test("Pyodide says where its CDN is, unless a setting does", async () => {
  expect(await cdnBase(undefined, places.pyodide)).toMatch(/^https:\/\/[^/]+\/.*\/$/);
  expect(await cdnBase("http://mirror.test/pyodide", places.pyodide)).toBe(
    "http://mirror.test/pyodide/",
  );
});

test("micropip says where the index is, unless pip's settings do", async () => {
  const config = join(await temporaryFolder(), "pip.conf");
  expect((await indexAddress(undefined, [config], micropip)).url).toMatch(
    /^https:\/\/.+\/simple\/$/,
  );
  await writeFile(config, "[global]\nindex-url = http://pip.test/simple\n");
  expect((await indexAddress(undefined, [config], micropip)).url).toBe("http://pip.test/simple/");
  const set = await indexAddress("http://me:p%40ss@set.test/simple/", [config], micropip);
  expect(set.url).toBe("http://set.test/simple/");
  expect(set.headers).toEqual({ authorization: `Basic ${btoa("me:p@ss")}` });
});

test("micropip says where wheels lie besides, unless a setting does", async () => {
  const hosts = await fileHosts(undefined, micropip);
  expect(hosts).toEqual([expect.stringMatching(/^files\./), expect.stringMatching(/^cdn\./)]);
  expect(await fileHosts(["files.test"], micropip)).toEqual(["files.test"]);
});

test("a configured address that cannot be used is an error that does not repeat it", async () => {
  const config = join(await temporaryFolder(), "pip.conf");
  for (const address of ["me:canary-pw@pip.test/simple", "file:///canary-pw", "https//canary-pw"]) {
    await writeFile(config, `[global]\nindex-url = ${address}\n`);
    const error = await indexAddress(undefined, [config], micropip).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect(inspect(error)).not.toContain("canary-pw");
  }
});

test("a per cent sign in a password may stand for itself", async () => {
  const { headers } = await indexAddress("http://me:5%25%zz@set.test/simple/", [], micropip);
  expect(headers).toEqual({ authorization: `Basic ${btoa("me:5%%zz")}` });
});

test("pip's sections", () => {
  expect(indexUrlOf("[global]\nindex_url: http://a/\n[install]\nindex-url=http://b/")).toBe(
    "http://b/",
  );
  expect(indexUrlOf("[freeze]\nindex-url = http://a/")).toBeUndefined();
  expect(indexUrlOf("[global]\n# index-url = http://a/")).toBeUndefined();
});
