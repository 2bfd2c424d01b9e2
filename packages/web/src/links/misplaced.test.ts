import fc from "fast-check";
import { expect, test } from "vitest";
import { withCodeBehind } from "./misplaced.ts";
import { parseLink } from "./parse-link.ts";

const origin = "https://pycafe.example";
const mended = (address: string) => withCodeBehind(new URL(address, origin));

test.each([
  ["/snippet/streamlit/v1?code=print(1)", "/snippet/streamlit/v1#code=print(1)"],
  ["/snippet/streamlit/v1?c=H4s%2B", "/snippet/streamlit/v1#c=H4s%2B"],
  ["/snippet/streamlit/v1?requirements=x&code=y", "/snippet/streamlit/v1#requirements=x&code=y"],
  ["/snippet/streamlit/v1%23code=print(1)", "/snippet/streamlit/v1#code=print(1)"],
  ["/snippet/streamlit/v1/%23c=H4s", "/snippet/streamlit/v1#c=H4s"],
  ["/snippet/streamlit/v1/code=print(1)", "/snippet/streamlit/v1#code=print(1)"],
  ["/snippet/streamlit/v1&code=print(1)", "/snippet/streamlit/v1#code=print(1)"],
  ["/snippet/streamlit/v1%3Fcode=a?requirements=b", "/snippet/streamlit/v1#code=a&requirements=b"],
  // A `#` of the code itself has cut it in two.
  ["/snippet/streamlit/v1?code=a%20#%20b", "/snippet/streamlit/v1#code=a%20%23%20b"],
  ["/snippet/streamlit/v1?code=a#c=H4s", "/snippet/streamlit/v1#c=H4s&code=a"],
  ["/snippet/print(1)", "/snippet/#print(1)"],
  // Whole, or from its `#` on, it was quoted, or joined to what a site adds to its links.
  ["/snippet/streamlit/v1?%23code=a", "/snippet/streamlit/v1#code=a"],
  ["/snippet/streamlit/v1?c%3DH4s", "/snippet/streamlit/v1#c%3DH4s"],
  ["/snippet/streamlit/v1?from=chat%23c=H4s", "/snippet/streamlit/v1#from=chat%23c=H4s"],
  ["/snippet/streamlit/v1?from=%26code%3Da#c=H4s", "/snippet/streamlit/v1#c=H4s&from=%26code%3Da"],
  ["/snippet/streamlit/v1?CODE=a", "/snippet/streamlit/v1#CODE=a"],
  ["/snippet/streamlit/v1?H4s", "/snippet/streamlit/v1#H4s"],
  ["/snippet%2Fstreamlit%2Fv1%23c=H4s", "/snippet/streamlit/v1#c=H4s"],
  ["/Snippet/streamlit/v1?code=a", "/snippet/streamlit/v1#code=a"],
  ["https://pycafe.example//snippet/streamlit/v1?c=H4s", "/snippet/streamlit/v1#c=H4s"],
  ["/snippet?code=a", "/snippet/#code=a"],
])("%s should be %s", (address, better) => {
  expect(mended(address)).toBe(better);
});

test.each([
  "/snippet/streamlit/v1",
  "/snippet/streamlit/v1#code=print(1)",
  "/snippet/streamlit/v2#c=H4s",
  "/snippet/streamlit/v1?from=chat#c=H4s",
  "/snippet/",
  "/snippet",
  "/sign-in?code=1",
  "/",
])("%s is as it should be", (address) => {
  expect(mended(address)).toBeNull();
});

test("whatever stands before the mark, nothing of it stays there, and once is enough", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom("?code=", "%23code=", "/code=", "code="),
      (code, at) => {
        const quoted = encodeURIComponent(`canary${code}`);
        const better = mended(`/snippet/streamlit/v1${at}${quoted}`) ?? "";
        expect(better.split("#")[0]).toBe("/snippet/streamlit/v1");
        expect(better).toContain(quoted.replaceAll("'", "%27").slice(0, 6));
        expect(mended(better)).toBeNull();
      },
    ),
  );
});

test("the mended link opens what its author meant", async () => {
  const { hash } = new URL(mended("/snippet/streamlit/v1?code=print(1)%20#%20done") ?? "", origin);
  const parsed = await parseLink("streamlit", hash);
  expect(parsed).toMatchObject({ ok: true, snippet: { code: "print(1) # done" } });
});
