import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, snippet } from "../harness/snippet.ts";
import { watchDialogs, watchRequests } from "../harness/watch.ts";

const { page: newPage } = useChromium();

const program = `
import streamlit as st, pycafe
bad = ["", " KEY", "KEY ", "A B", "1KEY", "-KEY", ".KEY", "KEY\\n", "K\\0Y", "clé", "КEY", "KEY=1", "a/b", "K" * 129]
def outcome(*arguments):
    try:
        return pycafe.get_secret(*arguments)
    except Exception as error:
        return type(error).__name__
if st.button("Ask"):
    st.write("names", *sorted({outcome(name) for name in bad}), len(bad))
    st.write("kinds", *[outcome(value) for value in [None, 1, b"KEY"]])
    st.write("reasons", outcome("KEY", "x" * 8193), outcome("KEY", "é" * 4097), outcome("KEY", 1))
    st.write("good", outcome("K" * 128), outcome("_a.B-9", "é" * 4096))
`;

test("a bad name or reason is refused in Python: nothing is sent, no dialog opens", async () => {
  const page = await newPage();
  const dialogs = await watchDialogs(page);
  await page.goto(snippet(program));
  const button = app(page).getByRole("button", { name: "Ask" });
  await button.waitFor();
  const requests = await watchRequests(page);
  await button.click();
  await addAndAllow(page, "K".repeat(128), "long");
  await addAndAllow(page, "_a.B-9", "odd");
  await app(page).getByText("good long odd").waitFor();
  await app(page).getByText("names ValueError 14").waitFor();
  await app(page).getByText("kinds TypeError TypeError TypeError").waitFor();
  await app(page).getByText("reasons ValueError ValueError TypeError").waitFor();
  expect(await requests()).toEqual(["K".repeat(128), "_a.B-9"]);
  expect(await dialogs()).toEqual(["K".repeat(128), "_a.B-9"]);
});

test("outside of Portafilter there is no pycafe, as authors' fall-backs expect", () => {
  const program = `
try:
    import pycafe
except ModuleNotFoundError as error:
    print(error.name)
`;
  expect(execFileSync("python3", ["-c", program], { encoding: "utf8" })).toBe("pycafe\n");
});
