import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeDataFolder, makeWritableDataFolder } from "./data-folder.ts";
import { Fatal } from "./fatal.ts";

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-data-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test("a data folder is made with the folders above it, and may be there already", async () => {
  const dir = join(await folder(), "a", "b");
  await Promise.all([makeWritableDataFolder(dir), makeWritableDataFolder(dir)]);
  await makeDataFolder(dir);
  expect((await stat(dir)).isDirectory()).toBe(true);
});

test("where no folder can be made, it is refused and not tried for ever", async () => {
  for (const dir of ["/proc/portafilter", "/proc/portafilter/data", "/dev/null/data"]) {
    await expect(makeDataFolder(dir)).rejects.toThrow(
      new Fatal(`DATA_DIR cannot be written to: ${dir}`),
    );
  }
});

test("neither a file nor a link to nowhere is a data folder", async () => {
  const dir = await folder();
  await writeFile(join(dir, "file"), "");
  await symlink(join(dir, "nowhere"), join(dir, "link"));
  for (const name of ["file", "link", "file/data", "link/data"]) {
    await expect(makeDataFolder(join(dir, name))).rejects.toThrow(Fatal);
  }
});
