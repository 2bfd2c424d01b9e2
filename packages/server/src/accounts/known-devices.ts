import { cookies, readCookie, setCookie } from "./cookie.ts";
import { isSame, newId, sealOf } from "./token.ts";

const days = 365;

/**
 * Remembers in a cookie that a browser signed in to an account, so that its owner still gets in while
 * somebody else tries passwords. The cookie is no sign-in: it opens nothing by itself.
 */
export type KnownDevices = Readonly<{
  /** The id of a browser that signed in to this account before; null for any other. */
  idOf: (headers: Headers, email: string) => string | null;
  /** The Set-Cookie header after a sign-in. */
  remember: (email: string) => string;
}>;

export function createKnownDevices(secret: string): KnownDevices {
  const seal = (id: string, email: string) => sealOf(secret, `known device\n${id}\n${email}`);
  return {
    idOf(headers, email) {
      const [id, sealed, ...rest] = (readCookie(headers, cookies.device) ?? "").split(".");
      if (id === undefined || sealed === undefined || rest.length > 0) return null;
      return isSame(sealed, seal(id, email)) ? id : null;
    },
    remember(email) {
      const id = newId();
      return setCookie(cookies.device, `${id}.${seal(id, email)}`, days);
    },
  };
}
