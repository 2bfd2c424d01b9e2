import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sha256Of } from "../hash.ts";
import { temporaryFolder } from "../testing/packages.ts";
import { isWhole, readSnapshots } from "./snapshots.ts";

async function made() {
  const dir = await temporaryFolder();
  const write = async (ending: string, content: string) => {
    const name = `streamlit-${sha256Of(content).slice(0, 16)}.${ending}`;
    await writeFile(join(dir, name), content);
    return name;
  };
  const image = await write("bin", "image");
  const tree = await write("json", "{}");
  const pack = await write("pack", "pack");
  return { dir, files: { image, tree, pack } };
}

test("an image is whole while each of its files holds what its name says", async () => {
  const { dir, files } = await made();
  expect(await isWhole(dir, files)).toBe(true);
});

test.for(["image", "tree", "pack"] as const)("with another %s it is not", async (which) => {
  const { dir, files } = await made();
  await writeFile(join(dir, files[which]), "imagf");
  expect(await isWhole(dir, files)).toBe(false);
  await rm(join(dir, files[which]));
  expect(await isWhole(dir, files)).toBe(false);
});

test("a description that is absent, cut short or names paths names no image", async () => {
  const { dir, files } = await made();
  const entry = { key: "k", ...files, bytes: 5 };
  const read = async (text: string) => {
    await writeFile(join(dir, "current.json"), text);
    return readSnapshots(dir);
  };
  expect(await readSnapshots(dir)).toEqual({});
  expect(await read(JSON.stringify({ streamlit: entry }))).toEqual({ streamlit: entry });
  expect(await read(JSON.stringify({ streamlit: entry }).slice(0, -5))).toEqual({});
  const elsewhere = { ...entry, image: "../../etc/passwd" };
  expect(await read(JSON.stringify({ streamlit: elsewhere }))).toEqual({});
});
