import type { Context } from "hono";

/** What somebody sees who opens an app's address by itself, or before its service worker is there. */
export function notAnApp(c: Context, platformOrigin: string): Response {
  c.header("cache-control", "no-store");
  return c.html(
    `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>This address belongs to an app</title>
  </head>
  <body>
    <h1>This address belongs to an app</h1>
    <p>Apps do not run by themselves. Open it from <a href="${platformOrigin}/">${platformOrigin}</a>.</p>
  </body>
</html>
`,
    404,
  );
}
