import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

test("attack A11: code behind an address that changes after the grant does not get the secret unasked", async () => {
  const page = await newPage();
  let program = 'import streamlit as st, pycafe\nst.write("first", pycafe.get_secret("KEY"))\n';
  await page.route("https://example.test/app.py", (route) =>
    route.fulfill({ body: program, headers: { "access-control-allow-origin": "*" } }),
  );
  const code = encodeURIComponent("https://example.test/app.py");
  await page.goto(`${address()}/snippet/streamlit/v1#code=${code}`);
  await addAndAllow(page, "KEY", "correct horse");
  await app(page).getByText("first correct horse").waitFor();

  program = program.replace("first", "second");
  await page.reload();
  const asked = dialog(page, "KEY");
  await asked.getByRole("button", { name: "Allow", exact: true }).waitFor();
  expect(await app(page).getByText("second correct horse").count()).toBe(0);
});

test("an address that does not give the code is named as what failed, and tried again", async () => {
  const page = await newPage();
  let status = 404;
  await page.route("https://example.test/app.py", (route) =>
    route.fulfill({
      status,
      body: 'import streamlit as st\nst.write("here it is")\n',
      headers: { "access-control-allow-origin": "*" },
    }),
  );
  const code = encodeURIComponent("https://example.test/app.py");
  await page.goto(`${address()}/snippet/streamlit/v1#code=${code}`);
  await page.getByRole("heading", { name: "The app's code could not be fetched" }).waitFor();
  await page.getByText("https://example.test/app.py answered with status 404.").waitFor();

  status = 200;
  await page.getByRole("button", { name: "Retry" }).click();
  await app(page).getByText("here it is").waitFor();
});
