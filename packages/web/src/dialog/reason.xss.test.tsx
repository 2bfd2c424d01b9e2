// @vitest-environment happy-dom
import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { ReasonMarkdown } from "./ReasonMarkdown.tsx";

/** Attack A9: whatever an app writes as its reason, only quiet elements come out. */
const quietElements = new Set("P EM STRONG CODE PRE UL OL LI BR BLOCKQUOTE A BDI SPAN".split(" "));
const quietAttributes = new Set(["href", "target", "rel", "class", "aria-hidden"]);

afterEach(cleanup);

function shown(reason: string): HTMLElement {
  return render(<ReasonMarkdown reason={reason} />).container;
}

function expectQuiet(container: HTMLElement) {
  for (const element of container.querySelectorAll("*")) {
    expect(quietElements).toContain(element.tagName);
    for (const { name } of element.attributes) expect(quietAttributes).toContain(name);
    if (!(element instanceof HTMLAnchorElement)) continue;
    expect(element.getAttribute("href")).toMatch(/^https?:\/\/[^@]*$/);
    expect(element.getAttribute("rel")).toBe("noopener noreferrer");
    expect(element.getAttribute("target")).toBe("_blank");
    expect(element.textContent).toContain(new URL(element.href).host);
  }
}

const corpus = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "text <img src=x onerror=alert(1)> text",
  "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=alert(1)>'>",
  "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
  "<form id=allow><input name=attributes></form>",
  "<form action=https://evil.example><button id=allow>Allow</button></form>",
  "<a id=allow name=allow href=javascript:alert(1)>Allow</a>",
  "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
  "<object data=data:text/html,x></object><embed src=x>",
  "<base href=https://evil.example/><link rel=stylesheet href=//evil.example/x.css>",
  "<style>dialog{display:none}</style>",
  "<div style='position:fixed;inset:0;background:url(//evil.example/x)'>x</div>",
  "<details open ontoggle=alert(1)><summary>x</summary></details>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<template><script>alert(1)</script></template>",
  "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<button popovertarget=allow>x</button><dialog open id=allow>y</dialog>",
  "<isindex type=image src=1 onerror=alert(1)>",
  "<x onclick=alert(1) contenteditable autofocus onfocus=alert(1)>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](java&#10;script:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](<javascript:alert(1)>)",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[x](vbscript:msgbox(1))",
  "[x](//evil.example)",
  "[x](/settings/secrets)",
  "[x](#allow)",
  "[x](https://platform.openai.com@evil.example/)",
  '[x](https://evil.example "onmouseover=alert(1)")',
  "[x]: javascript:alert(1)\n\n[x]",
  "<javascript:alert(1)>",
  "<https://evil.example/>",
  "![x](https://evil.example/pixel.png)",
  "![x][y]\n\n[y]: https://evil.example/pixel.png",
  '![x](x "onerror=alert(1)")',
  "[![x](https://evil.example/p.png)](javascript:alert(1))",
  "`<img src=x onerror=alert(1)>`",
  "```html\n<script>alert(1)</script>\n```",
  '```" onmouseover=alert(1)\nx\n```',
  "# <img src=x onerror=alert(1)> {#allow}",
  "| a | b |\n|---|---|\n| <img src=x> | y |",
  "[^1]\n\n[^1]: <script>alert(1)</script>",
  "- [ ] <input autofocus onfocus=alert(1)>",
  "a\n***\nb\n___",
  "&lt;img src=x onerror=alert(1)&gt;",
  "<!-- --><img src=x onerror=alert(1)>-->",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<?php echo 1 ?><!DOCTYPE html>",
  "\u0000<scr\u0000ipt>alert(1)</scr\u0000ipt>",
];

describe("the corpus comes out as text", () => {
  test.each(corpus)("%s", (reason) => {
    expectQuiet(shown(reason));
  });

  test("all of it at once", () => {
    expectQuiet(shown(corpus.join("\n\n")));
  });
});

test("HTML is shown as it is written, so that nothing is hidden from the visitor", () => {
  const html = "<b onclick=alert(1)>hello</b>";
  expect(shown(html).textContent).toBe(html);
});

test("emphasis, code, lists and links are rendered", () => {
  const container = shown("*a* **b** `c`\n\n- d\n\n1. e\n\n[f](https://example.org/g)");
  for (const name of ["em", "strong", "code", "ul li", "ol li", "a[href='https://example.org/g']"])
    expect(container.querySelector(name)).not.toBeNull();
});

test("headings are bold paragraphs, images their description", () => {
  const container = shown("# Title\n\n![a diagram](https://example.org/d.png)");
  expect(container.querySelector("p > strong")?.textContent).toBe("Title");
  expect(container.textContent).toContain("a diagram");
  expect(container.querySelector("h1, img")).toBeNull();
});

test.each([
  ["quotations", ">".repeat(8_000)],
  ["lists", "- ".repeat(4_000)],
  ["brackets", "[".repeat(8_000)],
  ["emphasis", "*a ".repeat(2_700)],
  ["backticks", "`".repeat(4_000) + "a"],
  ["links", "[a](".repeat(2_000)],
  ["entities", "&#8238;".repeat(1_100)],
])("8 KiB of nested %s does not stop the page", (_what, reason) => {
  expectQuiet(shown(reason));
});
