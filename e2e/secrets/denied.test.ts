import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import { watchDialogs, watchRequests } from "../harness/watch.ts";

const { page: newPage } = useChromium();

test("denied: the author reads what to do, reruns do not ask, the visitor can be asked again", async () => {
  const page = await newPage();
  const dialogs = await watchDialogs(page);
  await page.goto(
    snippet(`
import streamlit as st, pycafe
st.session_state.runs = st.session_state.get("runs", 0) + 1
st.button(f"Run {st.session_state.runs}")
st.write("got", pycafe.get_secret("KEY"))
`),
  );
  await dialog(page, "KEY").getByRole("button", { name: "Deny" }).click();
  const shown = app(page).getByRole("alert");
  await shown.getByText("pycafe.SecretDenied").first().waitFor();
  await shown.getByText("Catch pycafe.SecretDenied").first().waitFor();
  await page.getByText("You denied KEY.").waitFor();

  // Streamlit reruns the script at every click.
  const requests = await watchRequests(page);
  await app(page).getByRole("button", { name: "Run 1" }).click();
  await app(page).getByRole("button", { name: "Run 2" }).waitFor();
  await shown.getByText("pycafe.SecretDenied").first().waitFor();
  expect(await requests()).toEqual([]);
  expect(await dialogs()).toEqual(["KEY"]);

  // “Ask me again”: at the next run.
  await page.getByRole("button", { name: "Ask me again" }).click();
  await page.getByText("You will be asked when the app next needs KEY.").waitFor();
  expect(await dialogs()).toEqual(["KEY"]);
  await app(page).getByRole("button", { name: "Run 2" }).click();
  await dialog(page, "KEY").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("You denied KEY.").waitFor();

  // Restart asks without further ado.
  await page.getByRole("button", { name: "Restart" }).click();
  await addAndAllow(page, "KEY", "value at last");
  await app(page).getByText("got value at last").waitFor();
  expect(await page.getByText("You denied KEY.").count()).toBe(0);
  expect(await dialogs()).toEqual(["KEY", "KEY", "KEY"]);
});

test("an app that catches the denial goes on without the secret; all errors are SecretErrors", async () => {
  const page = await newPage();
  await page.goto(
    snippet(`
import streamlit as st, pycafe
try:
    pycafe.get_secret("KEY")
except pycafe.SecretError as error:
    st.write("Demo mode:", type(error).__name__, error.name)
for kind in [pycafe.SecretDenied, pycafe.SecretUnavailable]:
    assert issubclass(kind, pycafe.SecretError) and issubclass(kind, Exception)
`),
  );
  await dialog(page, "KEY").getByRole("button", { name: "Deny" }).click();
  await app(page).getByText("Demo mode: SecretDenied KEY").waitFor();
});
