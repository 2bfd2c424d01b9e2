/** Something that stops a command and that the person at the terminal can mend. One line, no stack. */
export class Fatal extends Error {
  override readonly name = "Fatal";
}

/** Errors of the packages whose message is such a line. By name, so that none of them is loaded for it. */
const forPeople = ["ConfigError", "ExplainedError", "UnusableDatabase"];

/** What a file system says when a folder is not ours, is none, or is full. */
const refusals = ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST"];

/** The line for an error that a person can mend, or undefined when the stack is needed. */
export function lineForPeople(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Fatal || forPeople.includes(error.name)) return error.message;
  const refused = "code" in error && refusals.includes(String(error.code)) && "path" in error;
  return refused ? `A file or folder cannot be used: ${error.message}` : undefined;
}
