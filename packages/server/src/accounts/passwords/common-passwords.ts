import { readFileSync } from "node:fs";

/** The most used passwords that are long enough to be asked about; the others fail by their length. */
const common = new Set(
  readFileSync(new URL("common-passwords.txt", import.meta.url), "utf8").split("\n"),
);

/** Whether many people have this password, in whatever case. */
export function isCommonPassword(password: string): boolean {
  return common.has(password.toLowerCase());
}
