import { Problem } from "../problem.ts";

/** Local part without what mail programs read as something else, a host with a dot or by itself. */
const address =
  /^[^\s\p{C}<>()[\],;:\\"@]{1,64}@[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}.-]{0,252}[\p{L}\p{M}\p{N}])?$/u;
const longest = 254;

/**
 * The one form of an address, by which it is stored, looked for and counted: trimmed, NFC, lower case.
 * @throws Problem `bad_request` when it is none.
 */
export function normaliseEmail(text: string): string {
  const email = text.trim().normalize("NFC").toLowerCase().normalize("NFC");
  const isOne = email.isWellFormed() && email.length <= longest && address.test(email);
  if (!isOne || email.includes("..")) throw new Problem("bad_request");
  return email;
}
