import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ExplainedError } from "./error-description.ts";
import { folderResources, type Resource } from "./http/resources.ts";

/** Lies beside what was built and says what that was: a line for each file, as `sha256sum` writes them. */
const listName = ".built";

/** Writes down what a build has left in a folder. */
export async function listBuilt(dir: string): Promise<void> {
  await writeFile(join(dir, listName), listOf(await filesOf(dir)));
}

/**
 * What was built into a folder, by path.
 * @throws ExplainedError when it is not there, or any file is not, byte for byte, what the build left.
 */
export async function readBuilt(dir: string): Promise<ReadonlyMap<string, Resource>> {
  const [files, list] = await Promise.all([
    filesOf(dir),
    readFile(join(dir, listName), "utf8"),
  ]).catch((cause: unknown) => {
    throw new ExplainedError(`${dir} is missing: run make build`, { cause });
  });
  const wanted = new Set(list.split("\n"));
  const found = new Set(listOf(files).split("\n"));
  const [changed] = [...wanted.symmetricDifference(found)].map((line) => line.slice(66)).sort();
  if (changed !== undefined)
    throw new ExplainedError(`${join(dir, changed)} is not what was built: run make build`);
  return files;
}

async function filesOf(dir: string): Promise<ReadonlyMap<string, Resource>> {
  const files = new Map(await folderResources(dir));
  files.delete(listName);
  return files;
}

function listOf(files: ReadonlyMap<string, Resource>): string {
  const lines = [...files].map(([name, { tag }]) => `${tag}  ${name}\n`);
  return lines.sort().join("");
}
