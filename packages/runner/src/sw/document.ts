import type { Header } from "../wire.ts";

/**
 * Headers of every page of the app. Scripts are the author's and may do what they like inside this
 * origin; what the policy holds is who may embed the page and that plug-ins and `<base>` stay out.
 * Other hosts are open for now (docs/threat-model.md, "Not defended").
 */
export function documentHeaders(platformOrigin: string): Header[] {
  const policy = [
    "default-src 'self' https: data: blob: 'unsafe-inline' 'unsafe-eval'",
    "connect-src 'self' https: wss: data: blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    `frame-ancestors 'self' ${platformOrigin}`,
    // What the host page's frame holds back stays held back where the page is opened by itself.
    "sandbox allow-scripts allow-same-origin allow-forms allow-downloads",
  ].join("; ");
  return [
    ["content-security-policy", policy],
    ["cross-origin-resource-policy", "same-origin"],
    ["referrer-policy", "no-referrer"],
    ["x-content-type-options", "nosniff"],
    ["origin-agent-cluster", "?1"],
  ];
}

/** Puts the platform's page script before every script of the page. */
export function withPageScript(html: string, script: string, run: string): string {
  const tag = `<script src="${escape(script)}" data-run="${escape(run)}"></script>`;
  const head = /<head(\s[^>]*)?>/i.exec(html);
  if (head)
    return (
      html.slice(0, head.index + head[0].length) + tag + html.slice(head.index + head[0].length)
    );
  const doctype = /^\s*<!doctype[^>]*>/i.exec(html);
  const at = doctype ? doctype[0].length : 0;
  return html.slice(0, at) + tag + html.slice(at);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
