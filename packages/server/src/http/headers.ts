import { noPermissions, pageHeaders } from "@portafilter/protocol";

/** The host page may copy its console's text and use passkeys; it grants nothing to the frames in it. */
export const platformPermissions = [
  "clipboard-write",
  "publickey-credentials-create",
  "publickey-credentials-get",
].reduce((all, own) => all.replace(`${own}=()`, `${own}=(self)`), noPermissions);

/** The headers of every answer, errors included. `https` adds HSTS. */
export function securityHeaders(
  csp: string,
  https: boolean,
  permissions = noPermissions,
): Record<string, string> {
  return {
    "content-security-policy": csp,
    ...pageHeaders,
    "permissions-policy": permissions,
    ...(https ? { "strict-transport-security": "max-age=63072000; includeSubDomains" } : {}),
  };
}

/** What an error that belongs to no site may do: nothing. */
export const closedCsp =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * The platform's pages: own scripts only, frames only of apps, framed by nobody.
 * @param inline - the source expression of the one script that the page itself holds.
 */
export function platformCsp(appOrigins: string, inline: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${inline}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    `frame-src ${appOrigins}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types portafilter-border",
  ].join("; ");
}

/**
 * What the server itself serves on an app's origin: the runtime frame, its worker and the service
 * worker, which all take their policy from their own answer. Only the platform may frame it.
 */
export function appCsp(platformOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'",
    "worker-src 'self' blob:",
    "connect-src 'self' https: wss: data: blob:",
    `frame-ancestors ${platformOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join("; ");
}
