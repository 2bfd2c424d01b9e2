import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { flags } from "../e2e/harness/flags.ts";
import { readSecretTimes, secretTimes } from "./secrets.ts";
import { median } from "./table.ts";

const runs = 5;

/** What `get_secret` takes for somebody who is signed in. Milliseconds, medians. */
export async function signedInTimes(address: string): Promise<{ first: number; again: number }> {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags });
  const page = await browser.newPage();
  await page.goto(`${address}/sign-up`);
  await page.getByLabel("Email", { exact: true }).fill("bench@example.com");
  await page.getByLabel("Password", { exact: true }).fill("a long enough passphrase");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("button", { name: /^Account menu/ }).waitFor();
  const packed = gzipSync(JSON.stringify({ code: secretTimes, requirements: "" }));
  await page.goto(
    `${address}/snippet/streamlit/v1#c=${encodeURIComponent(packed.toString("base64"))}`,
  );
  await page.getByRole("dialog").getByLabel("Secret value", { exact: true }).fill("bench");
  await page.getByRole("button", { name: "Add and allow" }).click();
  const shown = page.frameLocator('iframe[title="App"]').getByText(/^first /);
  await shown.waitFor();
  const times: { first: number; again: number }[] = [];
  for (let run = 0; run < runs; run++) {
    await page.reload();
    times.push(readSecretTimes(await shown.innerText()));
  }
  await browser.close();
  return {
    first: median(times.map(({ first }) => first)),
    again: median(times.map(({ again }) => again)),
  };
}
