import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, example, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

const packed = (content: string | Buffer) =>
  `/snippet/streamlit/v1#c=${encodeURIComponent(gzipSync(content).toString("base64"))}`;
const json = (content: unknown) => packed(JSON.stringify(content));

/** What is wrong, the link, the heading of the page and a part of what it says. */
const broken: [what: string, path: string, heading: string, text: string][] = [
  ["no code", "/snippet/streamlit/v1", "This link carries no code", "ask for it again"],
  ["empty code", "/snippet/streamlit/v1#code=", "This link carries no code", "cut off"],
  ["a broken % escape", "/snippet/streamlit/v1#code=%E0%A4%A", "This link is damaged", "% sign"],
  ["bad base64", "/snippet/streamlit/v1#c=!!!", "This link is damaged", "not base64"],
  ["bad gzip", "/snippet/streamlit/v1#c=bm90IGd6aXA%3D", "This link is damaged", "unpacked"],
  [
    "cut gzip",
    json({ code: "print(1)" }).slice(0, -16),
    "This link is damaged",
    "cut off when the link was copied",
  ],
  ["bad JSON", packed("{code:"), "This link is damaged", "does not describe an app"],
  ["JSON of something else", json([1]), "This link is damaged", "does not describe an app"],
  ["code that is no text", json({ code: 1 }), "This link is damaged", "does not describe an app"],
  ["a gzip bomb", packed(Buffer.alloc(64 * 1024 * 1024)), "This link carries too much", "1 MiB"],
  [
    "code of more than 1 MiB",
    json({ code: "#".repeat(1024 * 1024 + 1) }),
    "This link carries too much",
    "1 MiB",
  ],
  [
    "requirements of more than 16 KiB",
    json({ code: "print(1)", requirements: "x\n".repeat(9_000) }),
    "This link carries too much",
    "requirements 16 KiB",
  ],
  [
    "further files",
    json({ code: "print(1)", files: [{ name: "a.py", content: "x" }] }),
    "This link carries files that cannot be opened here",
    "further files",
  ],
  [
    "an unknown type of app",
    "/snippet/fortran/v1#code=print(1)",
    "This kind of app cannot run here",
    "The link is for “fortran”",
  ],
];

test("a broken link of any kind leads to a page that says what is wrong, and runs nothing", async () => {
  const page = await newPage();
  for (const [what, path, heading, text] of broken) {
    // Another document each time; otherwise only the fragment would change.
    await page.goto("about:blank");
    await page.goto(`${address()}${path}`);
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
    expect(await page.getByRole("main").innerText(), what).toContain(text);
    await page.getByText("Nothing was run and nothing was lost.").waitFor();
    expect(await page.locator("iframe").count(), what).toBe(0);
  }
  await page.getByRole("link", { name: "Go to the start page" }).click();
  await page.getByRole("link", { name: "Run the example" }).waitFor();
});

test("both formats of links carry the same app: what is allowed in one is allowed in the other", async () => {
  const page = await newPage();
  const code = example("secret");
  await page.goto(
    `${address()}/snippet/streamlit/v1#code=${encodeURIComponent(code)}&requirements=`,
  );
  await addAndAllow(page, "SUPER_SECRET_API_KEY", "for both");
  await app(page).getByText("for both").waitFor();
  await page.goto(snippet(code));
  await app(page).getByText("for both").waitFor();
  expect(await dialog(page, /./).count()).toBe(0);
});

test("a link may name an address of the code: the app's frame fetches it, without credentials", async () => {
  const page = await newPage();
  const asked: string[] = [];
  await page.route("https://raw.example.org/**", async (route) => {
    asked.push(
      `${new URL(route.request().frame().url()).host} ${String(await route.request().headerValue("cookie"))}`,
    );
    const headers = { "access-control-allow-origin": "*" };
    await route.fulfill({ body: 'import streamlit as st\nst.write("from afar")', headers });
  });
  const code = encodeURIComponent("https://raw.example.org/app.py");
  await page.goto(`${address()}/snippet/streamlit/v1#code=${code}`);
  await app(page).getByText("from afar").waitFor();
  expect(asked).toEqual([expect.stringMatching(/^s[a-z2-7]{52}\.pycafe\.localhost:\d+ null$/)]);
});
