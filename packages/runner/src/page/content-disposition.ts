/**
 * The file name that a `Content-Disposition` header gives, or null. The extended form (RFC 5987) goes
 * before the plain one, and folders are cut off, as browsers do.
 */
export function fileNameOf(disposition: string | null): string | null {
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition ?? "")?.[1];
  const quoted = /filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(disposition ?? "")?.[1];
  const bare = /filename\s*=\s*([^";\s]+)/i.exec(disposition ?? "")?.[1];
  const name = decoded(extended) ?? quoted?.replace(/\\(.)/g, "$1") ?? bare;
  const file = name?.split(/[/\\]/).at(-1) ?? "";
  return file === "" ? null : file;
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
