import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import { pressUntilAsked, signUp, someone } from "./people.ts";

const { context } = useChromium();

const asking = `
import streamlit as st
import pycafe
st.button("Again")
st.write("value: " + pycafe.get_secret("END_KEY"))
`;

test("a grant that ends in a running app: the app has to ask again", async () => {
  const page = await (await context()).newPage();
  await signUp(page, someone());
  await page.goto(snippet(asking));
  await addAndAllow(page, "END_KEY", "canary-end");
  await app(page).getByText("value: canary-end").waitFor();
  const other = await page.context().newPage();
  await other.goto(`${address()}/how-it-works`);
  const status = await other.evaluate(async () => {
    const list = (await (await fetch("/api/v1/secrets")).json()) as {
      secrets: [{ id: string; grants: [{ app: string; loads: string }] }];
    };
    const [{ id, grants }] = list.secrets;
    const [{ app, loads }] = grants;
    const until = new Date(Date.now() + 5_000).toISOString();
    const answer = await fetch("/api/v1/grants", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ app, loads, secretId: id, until }),
    });
    return answer.status;
  });
  expect(status).toBe(200);
  await page.bringToFront();
  await pressUntilAsked(page, "END_KEY");
  await dialog(page, "END_KEY").getByText("Your account already has a value for it.").waitFor();
});
