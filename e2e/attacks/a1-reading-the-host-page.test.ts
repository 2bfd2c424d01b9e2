import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { openHostile } from "../harness/hostile.ts";
import { addAndAllow, app, dialog, example, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();
const canary = "canary-a1-6f20";

/** Each way to the host page's document, storage or address that a script in a frame could try. */
const ways = [
  "parent.document.body",
  "top.document.body",
  "parent.sessionStorage",
  "top.localStorage",
  "parent.location.href",
  "parent.history.length",
  "top.indexedDB",
  "parent.name",
  "parent.eval('1')",
  "parent.navigator.userAgent",
  "parent.self.sessionStorage",
  "frameElement.ownerDocument",
  "parent.frames[0].parent.document",
  "Reflect.get(parent, 'caches')",
  "parent[Symbol.toStringTag].x",
];

/** The source of a function that tries them and says how each ended. */
const tries = `async () => {
  const ended = {};
  for (const way of ${JSON.stringify(ways)}) {
    try { const found = (0, eval)(way); ended[way] = "read " + String(found); }
    catch (error) { ended[way] = error.name; }
  }
  try { document.domain = "pycafe.localhost"; void parent.document; ended.domain = "read"; }
  catch (error) { ended.domain = error.name; }
  try { ended.fetch = "read " + await (await fetch("PLATFORM/")).text(); }
  catch (error) { ended.fetch = error.name; }
  ended.opener = String(opener);
  return ended;
}`;

test("attack A1: neither the app's page nor the frame of Python reads anything of the host page", async () => {
  const page = await newPage();
  // Another app of this tab has got a secret, which lies in the host page's storage.
  await page.goto(snippet(example("secret")));
  await addAndAllow(page, "SUPER_SECRET_API_KEY", canary);
  await app(page).getByText(canary).waitFor();

  const { inApp, inRuntime } = await openHostile(page);
  const script = `(${tries.replace("PLATFORM", address())})()`;
  for (const run of [inApp, inRuntime]) {
    const ended = await run<Record<string, string>>(script);
    expect(Object.values(ended).filter((end) => end.startsWith("read"))).toEqual([]);
    expect(ended["parent.sessionStorage"]).toBe("SecurityError");
    expect(ended.fetch).toBe("TypeError");
    expect(ended.opener).toBe("null");
  }
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).toContain(canary);
});

test("attack A1: Python in the worker has no window, and what storage it has is its own origin's", async () => {
  const page = await newPage();
  const python = `
import js
for way in ["window", "parent", "top", "document", "sessionStorage", "localStorage", "opener"]:
    st.write(f"{way}: {hasattr(js, way)}.")
st.write("Origin:", js.location.origin, "end")
`;
  await openHostile(page, python);
  for (const way of ["window", "parent", "top", "document", "sessionStorage", "localStorage"])
    await app(page).getByText(`${way}: False.`).waitFor();
  const origin = await app(page)
    .getByText(/^Origin: .*end$/)
    .innerText();
  expect(origin).not.toContain(`${address()} `);
  expect(await dialog(page, /./).count()).toBe(0);
});
