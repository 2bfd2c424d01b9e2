/** Whether the answer will be a page. */
export function isNavigation({ mode }: Request): boolean {
  return mode === "navigate";
}

/**
 * Whether it will be a page that stands alone: in a tab of its own, without the platform around it. A
 * browser that does not say that it is for a frame counts as one that shows it alone.
 */
export function isAlone(request: Request): boolean {
  return isNavigation(request) && !["iframe", "frame"].includes(request.destination);
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
