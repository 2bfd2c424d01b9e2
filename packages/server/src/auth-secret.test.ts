import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ownAuthSecret } from "./auth-secret.ts";
import { temporaryFolder } from "./testing/packages.ts";

test("it is made once, for nobody else to read, and the same from then on", async () => {
  const dir = await temporaryFolder();
  const secrets = await Promise.all(Array.from({ length: 5 }, () => ownAuthSecret(dir)));
  expect(new Set(secrets).size).toBe(1);
  expect(secrets[0]).toMatch(/^[\w-]{43}$/);
  expect(await readdir(dir)).toEqual(["auth.secret"]);
  expect((await stat(join(dir, "auth.secret"))).mode & 0o777).toBe(0o600);
  expect(await ownAuthSecret(dir)).toBe(secrets[0]);
  expect(await ownAuthSecret(await temporaryFolder())).not.toBe(secrets[0]);
});

test("one that others may read, or that holds too little, is refused without being quoted", async () => {
  const dir = await temporaryFolder();
  const file = join(dir, "auth.secret");
  await writeFile(file, "canary", { mode: 0o600 });
  await expect(ownAuthSecret(dir)).rejects.toThrow(`${file} holds too little`);
  await writeFile(file, "canary".repeat(10));
  await chmod(file, 0o644);
  await expect(ownAuthSecret(dir)).rejects.toThrow(`${file} can be read by others: make it 0600`);
  expect(await readFile(file, "utf8")).toBe("canary".repeat(10));
});
