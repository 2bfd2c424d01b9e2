import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import { watchDialogs, watchRequests } from "../harness/watch.ts";

const { page: newPage } = useChromium();

test("threads that ask for one name share its dialog; another name waits for its turn", async () => {
  const page = await newPage();
  const dialogs = await watchDialogs(page);
  await page.goto(
    snippet(`
import threading
import streamlit as st, pycafe
found = []
def ask(name):
    found.append(pycafe.get_secret(name))
threads = [threading.Thread(target=ask, args=(n,)) for n in ["ONE", "ONE", "TWO", "ONE", "TWO"]]
for thread in threads: thread.start()
for thread in threads: thread.join()
st.write("found", ", ".join(sorted(found)))
`),
  );
  await dialog(page, "ONE").getByText("1 of 2").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(1);
  await addAndAllow(page, "ONE", "first");
  await dialog(page, "TWO").waitFor();
  expect(await dialog(page, "TWO").getByText("1 of").count()).toBe(0);
  await addAndAllow(page, "TWO", "second");
  await app(page).getByText("found first, first, first, second, second").waitFor();
  expect(await dialogs()).toEqual(["ONE", "TWO"]);
});

test("a thousand calls in a loop show one dialog and leave the page usable", async () => {
  const page = await newPage();
  const dialogs = await watchDialogs(page);
  await page.goto(
    snippet(`
import streamlit as st, pycafe
st.session_state.runs = st.session_state.get("runs", 0) + 1
if st.button("Ask a thousand times"):
    values = [pycafe.get_secret("KEY") for _ in range(1000)]
    st.write(f"run {st.session_state.runs} got {len(values)} values")
`),
  );
  const button = app(page).getByRole("button", { name: "Ask a thousand times" });
  await button.waitFor();
  const requests = await watchRequests(page);
  await button.click();
  await addAndAllow(page, "KEY", "value");
  await app(page).getByText("run 2 got 1000 values").waitFor();
  await button.click();
  await app(page).getByText("run 3 got 1000 values").waitFor();
  await page.getByRole("button", { name: "Console" }).click();
  await page.getByRole("region", { name: "Console" }).waitFor();
  expect(await dialogs()).toEqual(["KEY"]);
  expect(await requests()).toEqual(["KEY"]);
});
