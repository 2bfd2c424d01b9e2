import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, snippet } from "../harness/snippet.ts";
import { watchDialogs, watchRequests } from "../harness/watch.ts";

const { page: newPage } = useChromium();

/** Asks in every place where authors do; each shows what it got. */
const program = `
import asyncio, threading
import streamlit as st, pycafe

st.write("module:", pycafe.get_secret("MODULE"))

def function():
    return pycafe.get_secret("FUNCTION")
st.write("function:", function())

@st.cache_resource
def resource():
    return pycafe.get_secret("RESOURCE")
st.write("cache_resource:", resource())

@st.cache_data
def data():
    return pycafe.get_secret("DATA")
st.write("cache_data:", data())

found = {}
thread = threading.Thread(target=lambda: found.update(value=pycafe.get_secret("THREAD")))
thread.start()
thread.join()
st.write("thread:", found["value"])

async def later():
    await asyncio.sleep(0)
    return pycafe.get_secret("ASYNC")
st.write("asyncio:", asyncio.run(later()))

def callback():
    st.session_state.callback = pycafe.get_secret("CALLBACK")
st.button("Call back", on_click=callback)
st.write("callback:", st.session_state.get("callback", "not called"))

@st.fragment
def fragment():
    if st.button("Run the fragment"):
        st.write("fragment:", pycafe.get_secret("FRAGMENT"))
fragment()
st.session_state.runs = st.session_state.get("runs", 0) + 1
st.write(f"run {st.session_state.runs}")
`;

test("get_secret works wherever it is called, and a rerun neither asks nor shows a dialog again", async () => {
  const page = await newPage();
  const dialogs = await watchDialogs(page);
  await page.goto(snippet(program));
  const names = ["MODULE", "FUNCTION", "RESOURCE", "DATA", "THREAD", "ASYNC"];
  for (const name of names) await addAndAllow(page, name, `value of ${name}`);
  await app(page).getByText("run 1").waitFor();
  await app(page).getByRole("button", { name: "Call back" }).click();
  await addAndAllow(page, "CALLBACK", "value of CALLBACK");
  await app(page).getByText("run 2").waitFor();
  await app(page).getByRole("button", { name: "Run the fragment" }).click();
  await addAndAllow(page, "FRAGMENT", "value of FRAGMENT");
  await app(page).getByText("fragment: value of FRAGMENT").waitFor();

  const requests = await watchRequests(page);
  await app(page).getByRole("button", { name: "Call back" }).click();
  await app(page).getByText("run 3").waitFor();
  await app(page).getByRole("button", { name: "Run the fragment" }).click();
  await app(page).getByText("fragment: value of FRAGMENT").waitFor();
  const shown = {
    module: "MODULE",
    function: "FUNCTION",
    cache_resource: "RESOURCE",
    cache_data: "DATA",
    thread: "THREAD",
    asyncio: "ASYNC",
    callback: "CALLBACK",
  };
  for (const [place, name] of Object.entries(shown))
    await app(page).getByText(`${place}: value of ${name}`, { exact: true }).waitFor();
  expect(await requests()).toEqual([]);
  expect(await dialogs()).toEqual([...names, "CALLBACK", "FRAGMENT"]);
});
