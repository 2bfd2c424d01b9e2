import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes the files of a folder that were used longest ago until the rest fit into `maxBytes`.
 * Folders in it, and names that begin with a dot, are left alone.
 */
export async function trimFolder(dir: string, maxBytes: number): Promise<void> {
  const names = (await readdir(dir)).filter((name) => !name.startsWith("."));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(dir, name);
      // Another request may have removed it meanwhile.
      const info = await stat(path).catch(() => undefined);
      return info?.isFile() === true ? { path, size: info.size, used: info.mtimeMs } : undefined;
    }),
  );
  const files = found.filter((file) => file !== undefined).sort((a, b) => a.used - b.used);
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files) {
    if (total <= maxBytes) return;
    await rm(path, { force: true });
    total -= size;
  }
}
