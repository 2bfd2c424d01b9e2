import { gzipSync } from "node:zlib";
import { limits } from "@portafilter/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeLink } from "./make-link.ts";
import { type LinkProblem, parseLink } from "./parse-link.ts";
import { codeAddress, type Snippet } from "./snippet.ts";

/** Text as a program may hold it: any well-formed string that is not blank. */
const text = fc.string({ unit: "grapheme" }).map((t) => t.toWellFormed());
const code = text.filter((t) => t.trim() !== "");

const fragmentOf = (link: string) => link.slice(link.indexOf("#"));
const packed = (json: unknown) => gzipSync(JSON.stringify(json)).toString("base64");

async function opened(fragment: string): Promise<Snippet> {
  const parsed = await parseLink("streamlit", fragment);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.snippet;
}

describe("round trips", () => {
  test("a packed link of ours gives back its snippet", async () => {
    await fc.assert(
      fc.asyncProperty(code, text, async (code, requirements) => {
        const link = await makeLink({ type: "streamlit", code, requirements });
        expect(link).toMatch(/^\/snippet\/streamlit\/v1#c=[\w%.~-]+$/);
        expect(await opened(fragmentOf(link))).toEqual({ type: "streamlit", code, requirements });
      }),
    );
  });

  test("a quoted link gives back its snippet", async () => {
    await fc.assert(
      fc.asyncProperty(code, text, async (code, requirements) => {
        const fragment = `#code=${encodeURIComponent(code)}&requirements=${encodeURIComponent(requirements)}`;
        expect(await opened(fragment)).toEqual({ type: "streamlit", code, requirements });
      }),
    );
  });

  test("whatever the fragment, there is an answer and not an exception", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.string(), async (type, fragment) => {
        expect(await parseLink(type, fragment)).toHaveProperty("ok");
        expect(await parseLink("streamlit", `#c=${fragment}`)).toHaveProperty("ok");
      }),
    );
  });
});

describe("links made by others", () => {
  test("Python's quote leaves slashes, urlencode writes spaces as plus signs", async () => {
    expect((await opened("#code=a%20/%20b%2Bc")).code).toBe("a / b+c");
    expect((await opened("#code=x+%3D+1&requirements=numpy%0Apandas")).code).toBe("x = 1");
  });

  test("base64 may be of the URL alphabet, unpadded, or unquoted", async () => {
    const json = { code: "print('?>?>~~')  # ÿÿþ", requirements: "" };
    const base64 = packed(json);
    for (const form of [
      base64,
      base64.replaceAll("+", "-").replaceAll("/", "_"),
      base64.replace(/=+$/, ""),
      encodeURIComponent(base64),
    ])
      expect((await opened(`#c=${form}`)).code).toBe(json.code);
  });

  test("requirements may be absent, an empty list of files may be there", async () => {
    const snippet = { type: "streamlit", code: "x", requirements: "" };
    expect(await opened(`#c=${encodeURIComponent(packed({ code: "x", files: [] }))}`)).toEqual(
      snippet,
    );
    expect(await opened("#code=x")).toEqual(snippet);
  });

  test("a raw address stays as it is: the frame fetches it, not this page", async () => {
    const address = "https://raw.example.org/a/b/app.py";
    const { code } = await opened("#code=https%3A//raw.example.org/a/b/app.py");
    expect(codeAddress(code)).toBe(address);
    expect(codeAddress(`# ${address}\nprint(1)`)).toBeNull();
    expect(codeAddress("javascript:alert(1)")).toBeNull();
    expect(codeAddress("https://")).toBeNull();
  });
});

describe("links that cannot be opened", () => {
  const big = "x".repeat(limits.linkCode + 1);
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString("base64");
  const cases: [string, string, LinkProblem][] = [
    ["nothing at all", "", "no-code"],
    ["blank code", "#code=%20%0A", "no-code"],
    ["a broken escape", "#code=%zz", "bad-encoding"],
    ["bytes that are not UTF-8", "#code=%ff%fe", "bad-encoding"],
    [
      "half a surrogate pair",
      `#c=${encodeURIComponent(packed({ code: "\ud800" }))}`,
      "bad-encoding",
    ],
    ["something else than base64", "#c=%3Cscript%3E", "bad-base64"],
    ["base64 of something else than gzip", `#c=${btoa("hello, world")}`, "bad-gzip"],
    [
      "gzip that was cut off",
      `#c=${encodeURIComponent(packed({ code: "x" }).slice(0, 24))}`,
      "bad-gzip",
    ],
    [
      "gzip of something else than JSON",
      `#c=${encodeURIComponent(gzipSync("x = 1").toString("base64"))}`,
      "bad-json",
    ],
    ["JSON of something else", `#c=${encodeURIComponent(packed(["x"]))}`, "bad-json"],
    ["code that is no text", `#c=${encodeURIComponent(packed({ code: 1 }))}`, "bad-json"],
    [
      "further files",
      `#c=${encodeURIComponent(packed({ code: "x", files: [{}] }))}`,
      "extra-files",
    ],
    ["code over 1 MiB", `#code=${big}`, "too-large"],
    ["packed code over 1 MiB", `#c=${encodeURIComponent(packed({ code: big }))}`, "too-large"],
    [
      "requirements over 16 KiB",
      `#code=x&requirements=${"x".repeat(limits.requirements + 1)}`,
      "too-large",
    ],
    ["a small link that unpacks to 64 MiB", `#c=${encodeURIComponent(bomb)}`, "too-large"],
  ];
  test.each(cases)("%s", async (_what, fragment, problem) => {
    expect(await parseLink("streamlit", fragment)).toEqual({ ok: false, problem });
  });

  test.each(["dash", "", "__proto__", "Streamlit"])("app type %j", async (type) => {
    expect(await parseLink(type, "#code=x")).toEqual({ ok: false, problem: "unknown-type" });
  });
});
