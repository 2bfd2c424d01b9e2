import fc from "fast-check";
import { expect, test } from "vitest";
import { withPageScript } from "./document.ts";

const tag = '<script src="/p.js" data-run="r1"></script>';

test.each([
  [
    "<!doctype html><html><head><script>1</script></head></html>",
    `<!doctype html><html><head>${tag}<script>1</script></head></html>`,
  ],
  ['<html><HEAD lang="en"><title>x</title>', `<html><HEAD lang="en">${tag}<title>x</title>`],
  ["<!doctype html><p>no head", `<!doctype html>${tag}<p>no head`],
  ["<header>not a head</header>", `${tag}<header>not a head</header>`],
  ["", tag],
])("the page script comes before every script of %j", (html, expected) => {
  expect(withPageScript(html, "/p.js", "r1")).toBe(expected);
});

test("nothing of the page is lost, and a run cannot end the attribute", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (html, run) => {
      const result = withPageScript(html, "/p.js", run);
      const script = /<script src="&#47;p\.js"|<script src="\/p\.js"/.exec(result);
      expect(script).not.toBeNull();
      const [attribute] = /data-run="[^"]*"><\/script>/.exec(result) ?? [];
      expect(attribute).toBeDefined();
      expect(result.length).toBeGreaterThanOrEqual(html.length);
    }),
  );
});
