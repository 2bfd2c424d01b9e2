/** Tokens of `packages/web/src/theme`, as far as one page without files needs them. */
const style = `:root{color-scheme:light dark;--paper:#fbfaf8;--ink:#1d1b19;--accent:#9a5b13}
@media (prefers-color-scheme:dark){:root{--paper:#171513;--ink:#efece7;--accent:#e2a458}}
body{margin:0;padding:64px 24px;background:var(--paper);color:var(--ink);font:16px/1.6 Inter,system-ui,sans-serif}
main{max-width:34rem;margin:0 auto}
h1{font-size:28px;line-height:1.25;letter-spacing:-.01em}
a{color:var(--accent);overflow-wrap:anywhere}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`;

/** Of `style`, in base64; `way-back.test.ts` says what it has to be. */
const styleHash = "B4sCGhIalVrEXUbDqV0F2VNxiwzRwhYZbwbmsp1f6tw=";

/** The policy of {@link wayBackPage}: its own style, and nothing else. */
export function wayBackCsp(platformOrigin: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `frame-ancestors ${platformOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/**
 * What somebody sees who opens an app's address by itself, from the server as from the app's service
 * worker. Nothing in it is the app's, and it works without script.
 */
export function wayBackPage(platformOrigin: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>This address belongs to an app</title>
    <style>${style}</style>
  </head>
  <body>
    <main>
      <h1>This address belongs to an app</h1>
      <p>Apps do not run by themselves, but inside Portafilter, which says whose they are and asks you before they get a secret.</p>
      <p>Open the app by its own link, or begin at <a href="${platformOrigin}/">${platformOrigin}</a>.</p>
    </main>
  </body>
</html>
`;
}
