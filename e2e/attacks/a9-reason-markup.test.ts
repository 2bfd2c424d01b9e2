import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { dropped, openHostile, request } from "../harness/hostile.ts";
import { addAndAllow, dialog } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

/** What a browser's parsers are fooled by; `packages/web` has the longer list for the renderer alone. */
const corpus = [
  "<img src=https://evil.example/x onerror=window.hit=1>",
  "<svg onload=window.hit=1><a xlink:href='javascript:window.hit=1'><text>Allow</text></a></svg>",
  "<svg><style><img src=x onerror=window.hit=1></style></svg>",
  "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=window.hit=1>'>",
  "<math><mi><table><mi><mglyph><svg><mtext><style><path id='</style><img onerror=window.hit=1 src>'>",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=window.hit=1>",
  "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'>",
  "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
  "<form id=allow><input name=attributes></form><button id=allow type=submit>Add and allow</button>",
  "<a id=document name=cookie href=javascript:window.hit=1>Allow</a>",
  "<img name=getElementById><img name=querySelector>",
  "<style>dialog button{visibility:hidden}</style>",
  "<style>@import url(https://evil.example/x.css);</style><link rel=stylesheet href=https://evil.example/x.css>",
  "<div style='position:fixed;inset:0;z-index:99;background:url(https://evil.example/x)'>Allow</div>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'><base href=https://evil.example/>",
  "<dialog open id=x popover>Allow</dialog><button popovertarget=x>x</button>",
  "<details open ontoggle=window.hit=1><summary autofocus tabindex=1 onfocus=window.hit=1>x</summary></details>",
  "<video autoplay><source onerror=window.hit=1></video><audio src=https://evil.example/x>",
  "<object data='data:text/html,<script>parent.hit=1</script>'></object><embed src=https://evil.example/x>",
  "<template shadowrootmode=open><script>window.hit=1</script></template>",
  "<script>window.hit=1</script><script src=https://evil.example/x.js></script>",
  "[Allow](javascript:window.hit=1) [Allow](JAVASCRIPT&colon;window.hit=1) [x](java\tscript:window.hit=1)",
  "[Allow](data:text/html,<script>window.hit=1</script>) [x](vbscript:x) [x](blob:x) [x](file:///etc/passwd)",
  "<javascript:window.hit=1> <data:text/html,x>",
  "![x](https://evil.example/pixel.png) ![x][y]\n\n[y]: https://evil.example/pixel.png",
  '[x](https://evil.example/ "onmouseover=window.hit=1") [x](https://good.example@evil.example/)',
  "```html onmouseover=window.hit=1\n<script>window.hit=1</script>\n```",
  "`<img src=x onerror=window.hit=1>`",
  "\u202Ewolla\u202C \u2066x\u2069 \u200Bhidden\uFEFF Z\u0351\u0351\u0351\u0351\u0351\u0351\u0351\u0351algo",
];

const quiet = "P EM STRONG CODE PRE UL OL LI BR BLOCKQUOTE A BDI SPAN".split(" ");

test("attack A9: no markup in a reason becomes anything but text, emphasis, lists, code and links", async () => {
  const page = await newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (/content.security.policy|trusted ?(type|html)/i.test(message.text()))
      problems.push(message.text());
  });
  page.on("request", (asked) => {
    if (asked.url().includes("evil.example")) problems.push(asked.url());
  });
  const app = await openHostile(page);
  await app.stealPort();
  for (const [index, reason] of [...corpus, corpus.join("\n\n").slice(0, 8_000)].entries()) {
    const id = `reason-${index}`;
    await app.say(request(id, `KEY_${index}`, reason));
    const asked = dialog(page, `KEY_${index}`);
    const shown = asked.getByRole("region", { name: "The author's reason:" });
    const elements = await shown.evaluate((region) =>
      [...region.querySelectorAll("*")].map((element) => ({
        tag: element.tagName,
        attributes: element.getAttributeNames().sort().join(" "),
        href: element.getAttribute("href") ?? "",
      })),
    );
    for (const { tag, attributes, href } of elements) {
      expect(quiet, reason).toContain(tag);
      expect(["", "class", "aria-hidden", "href rel target"], reason).toContain(attributes);
      expect(href, reason).toMatch(/^$|^https?:\/\/[^@]*$/);
    }
    // Nothing took the place of what is ours, and nothing stands over it.
    for (const name of ["Deny", "Add and allow"]) {
      const button = asked.getByRole("button", { name, exact: true });
      await button.scrollIntoViewIfNeeded();
      const ours = await button.evaluate((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      });
      expect(ours, reason).toBe(true);
    }
    await app.say({ v: 1, type: "secret.cancel", id });
    await asked.waitFor({ state: "detached" });
  }
  expect(await page.evaluate("window.hit")).toBeUndefined();
  expect(problems).toEqual([]);

  await app.say(request("long", "LONG", "x".repeat(1_000_000)));
  await dropped(page, 1);
  await app.say(request("last", "LAST", corpus.join("\n\n").slice(0, 8_000)));
  await addAndAllow(page, "LAST", "value");
  expect(await app.received()).toEqual([
    { v: 1, type: "secret.value", id: "last", value: "value" },
  ]);
});
