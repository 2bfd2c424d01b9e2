import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";

const { context: newContext } = useChromium();

const program = `
import streamlit as st, pycafe
st.session_state.count = st.session_state.get("count", 0)
if st.button("Count"):
    st.session_state.count += 1
st.write(f"counted {st.session_state.count}")
if st.button("Ask"):
    st.write("got", pycafe.get_secret("KEY"))
`;

test("two tabs with one app share its service worker and nothing else", async () => {
  const context = await newContext();
  const one = await context.newPage();
  const two = await context.newPage();
  for (const page of [one, two]) {
    await page.goto(snippet(program));
    await app(page).getByText("counted 0").waitFor();
  }
  const press = (page: typeof one, name: string) =>
    app(page).getByRole("button", { name, exact: true }).click();
  await press(one, "Count");
  await app(one).getByText("counted 1").waitFor();
  await press(one, "Count");
  await app(one).getByText("counted 2").waitFor();
  await press(two, "Count");
  await app(two).getByText("counted 1").waitFor();
  expect(await app(one).getByText("counted 2").count()).toBe(1);

  // A question, and its answer, belong to the tab in which they were asked.
  await press(one, "Ask");
  await dialog(one, "KEY").waitFor();
  await press(two, "Ask");
  await addAndAllow(two, "KEY", "of tab two");
  await app(two).getByText("got of tab two").waitFor();
  await addAndAllow(one, "KEY", "of tab one");
  await app(one).getByText("got of tab one").waitFor();

  // A restart or the end of one leaves the other alone.
  await one.getByRole("button", { name: "Restart" }).click();
  await app(one).getByText("counted 0").waitFor();
  await press(two, "Count");
  await app(two).getByText("counted 2").waitFor();
  await one.close();
  await press(two, "Count");
  await app(two).getByText("counted 3").waitFor();
  await press(two, "Ask");
  await app(two).getByText("got of tab two").waitFor();
});
