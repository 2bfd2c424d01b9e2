import { pageHeaders } from "@portafilter/protocol";

/**
 * What apps' answers may not say, beside what is overridden: headers that loosen their page's isolation,
 * or speak to the browser of more than the one answer. A page may redirect or refresh itself.
 */
const refused = [
  "accept-ch",
  "activate-storage-access",
  "alt-svc",
  "clear-site-data",
  "content-security-policy-report-only",
  "critical-ch",
  "cross-origin-embedder-policy",
  "cross-origin-embedder-policy-report-only",
  "cross-origin-opener-policy-report-only",
  "document-isolation-policy",
  "document-isolation-policy-report-only",
  "document-policy",
  "document-policy-report-only",
  "feature-policy",
  "nel",
  "origin-trial",
  "permissions-policy-report-only",
  "report-to",
  "reporting-endpoints",
  "require-document-policy",
  "service-worker-allowed",
  "set-login",
  "speculation-rules",
  "strict-transport-security",
  "supports-loading-mode",
];

/**
 * The policy of whatever an app answers with, since any of it may be opened as a page or run as a
 * worker. Scripts are the author's and may do what they like inside this origin; what the policy holds
 * is who may embed it and that plug-ins and `<base>` stay out. Other hosts are open for now
 * (docs/threat-model.md, "Not defended").
 */
export function appAnswerCsp(platformOrigin: string): string {
  return [
    "default-src 'self' https: data: blob: 'unsafe-inline' 'unsafe-eval'",
    "connect-src 'self' https: wss: data: blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    `frame-ancestors 'self' ${platformOrigin}`,
    // What the host page's frame holds back stays held back, whatever shows the page.
    "sandbox allow-scripts allow-same-origin allow-forms allow-downloads",
  ].join("; ");
}

/** The same answer, with the headers that every answer has, under `csp`. Where the app has set one of them, ours counts. */
export function withPageHeaders(answer: Response, csp: string): Response {
  const headers = new Headers(answer.headers);
  for (const name of refused) headers.delete(name);
  for (const [name, value] of Object.entries(pageHeaders)) headers.set(name, value);
  headers.set("content-security-policy", csp);
  const { body, status, statusText } = answer;
  return new Response(body, { status, statusText, headers });
}
