import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import { ada, scriptedApi, serveApi } from "./scripted-api.ts";
import { serveSecrets } from "./scripted-secrets.ts";

const { context: newContext } = useChromium();

/** Asks again and again in one run of its script, as a loop in an app does. */
const program = `
import streamlit as st, pycafe, time
st.write("began")
place = st.empty()
while True:
    try:
        place.write("now " + pycafe.get_secret("KEY"))
    except pycafe.SecretDenied:
        place.write("denied")
        break
    time.sleep(0.05)
`;

test("another value, and a revocation, reach Python in the middle of a run of its script", async () => {
  const context = await newContext();
  const account = scriptedApi({ user: ada });
  await serveApi(context, account);
  const secrets = await serveSecrets(context, account);
  const page = await context.newPage();
  await page.goto(snippet(program));
  // What is told from here on is all that happens: the connection's first `resync` is over.
  await secrets.listening();
  await addAndAllow(page, "KEY", "first");
  await app(page).getByText("now first").waitFor();
  const one = secrets.stored[0];
  const grantee = one?.grants[0]?.app ?? "";
  // As the server tells of every Allow: what comes after that is news.
  await secrets.tell({ type: "grant.given", app: grantee, name: "KEY" });
  // Further calls are answered from Python's own memory.
  const uses = () => secrets.calls.filter((call) => call === "POST secrets/use").length;
  const before = uses();

  secrets.put("KEY", "second");
  await secrets.tell({ type: "secret.changed", name: "KEY" });
  await app(page).getByText("now second").waitFor();
  expect(uses()).toBe(before + 1);

  if (one !== undefined) one.grants = [];
  await secrets.tell({ type: "grant.revoked", app: grantee, name: "KEY" });
  await dialog(page, "KEY").waitFor();
  await page.getByRole("button", { name: "Deny", exact: true }).click();
  await app(page).getByText("denied").waitFor();
  expect(await app(page).getByText("began").count()).toBe(1);
});
