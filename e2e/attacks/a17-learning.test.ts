import { expect, test } from "vitest";
import { addOnPage, signUp, someone } from "../account/people.ts";
import { address, useChromium } from "../harness/chromium.ts";
import { app, dialog, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

const program = `
import streamlit as st, pycafe

def seen(name):
    """All that Python tells of a refusal, but for the name."""
    try:
        return pycafe.get_secret(name)
    except Exception as error:
        told = [type(error), str(error), repr(error), vars(error), error.__cause__, error.__context__]
        return repr(told).replace(name, "NAME")

first, second = seen("THERE"), seen("NOWHERE")
st.write(f"Differs: {first != second}")
st.write(f"Again: {[seen(name) == first for name in ('THERE', 'NOWHERE')]}")
st.write(first)
`;

test("attack A17: an app that is denied does not learn whether there is such a secret", async () => {
  const page = await newPage();
  await signUp(page, someone());
  await page.goto(`${address()}/settings/secrets`);
  await addOnPage(page, "THERE", "a canary");
  await page.goto(snippet(program));
  for (const name of ["THERE", "NOWHERE"])
    await dialog(page, name).getByRole("button", { name: "Deny" }).click();
  await app(page).getByText("Differs: False").waitFor();
  await app(page).getByText("Again: [True, True]").waitFor();
  const told = await app(page).getByText("SecretDenied").innerText();
  expect(told).not.toContain("THERE");
});
