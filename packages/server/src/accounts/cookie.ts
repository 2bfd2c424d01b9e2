/** Names of our cookies. `__Host-`: no other host, no subdomain and no plain HTTP page can set one. */
export const cookies = {
  session: "__Host-portafilter.session",
  device: "__Host-portafilter.device",
} as const;

const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";

/** A Set-Cookie header. The value is secret material. @param days - how long the browser keeps it. */
export function setCookie(name: string, value: string, days: number): string {
  return `${name}=${value}; ${attributes}; Max-Age=${String(days * 24 * 60 * 60)}`;
}

/** A Set-Cookie header that removes a cookie. */
export function removeCookie(name: string): string {
  return `${name}=; ${attributes}; Max-Age=0`;
}

/** The value of a cookie; null when it is not there, or there twice: then somebody else put one. */
export function readCookie(headers: Headers, name: string): string | null {
  const found = (headers.get("cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair === name || pair.startsWith(`${name}=`));
  const [only] = found;
  return found.length === 1 && only !== undefined ? only.slice(name.length + 1) : null;
}
