import { accountMessages } from "../../messages/account.ts";

const words = accountMessages.form;
const shortest = 8;
const longest = 256;

/** An email as it is sent: without the space that a keyboard adds. */
export function cleanEmail(email: string): string {
  return email.trim();
}

/** What is wrong with an email; undefined when the server should judge it. */
export function emailProblem(email: string): string | undefined {
  if (cleanEmail(email) === "") return words.emailMissing;
  return /^[^\s@]+@[^\s@]+$/.test(cleanEmail(email)) ? undefined : words.emailMalformed;
}

/** What is wrong with a password that exists; undefined when the server should judge it. */
export function passwordProblem(password: string): string | undefined {
  return password === "" ? words.passwordMissing : undefined;
}

/** What is wrong with a new password; undefined when the server should judge it. */
export function newPasswordProblem(password: string): string | undefined {
  if (password.length < shortest) return words.passwordShort;
  return password.length > longest ? words.passwordLong : undefined;
}

/** Without the fields that have no problem. */
export function onlyProblems<Field extends string>(
  problems: Record<Field, string | undefined>,
): Readonly<Partial<Record<Field, string>>> {
  return Object.fromEntries(
    Object.entries(problems).filter(([, problem]) => problem !== undefined),
  ) as Partial<Record<Field, string>>;
}
