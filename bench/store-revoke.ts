import { api } from "@portafilter/protocol";
import { chromium, type Page } from "playwright-core";
import { flags } from "../e2e/harness/flags.ts";
import { allow, linkTo, signedIn } from "./store-browser.ts";
import { median } from "./table.ts";

const runs = 5;
const name = "BENCH_REVOKED";
const email = "bench-revoke@example.com";

/** Asks for its secret fifty times a second, for as long as it may have it. */
const program = `
import time
import streamlit as st
import pycafe

place = st.empty()
n = 0
while True:
    n += 1
    place.write(f"has {len(pycafe.get_secret('${name}'))} {n}")
    time.sleep(0.02)
`;

/**
 * Milliseconds from the call that revokes a grant on one device until the dialog is there in an app that
 * runs on another: the server's event, the host page, the worker's cache, and the app's next `get_secret`.
 * The median.
 */
export async function revocationTime(address: string): Promise<number> {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags });
  const app = await signedIn(await browser.newContext(), address, email);
  await app.goto(linkTo(address, program));
  await allow(app, name);
  const dialog = app.getByRole("dialog", { name });
  const running = app.frameLocator('iframe[title="App"]').getByText(/^has 5 /);
  await running.waitFor();
  const other = await signedIn(await browser.newContext(), address, email, "sign-in");
  await app.bringToFront();

  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const asked = app.evaluate(dialogShown);
    const grant = await grantOf(other);
    const revoked = await other.evaluate(revoke, grant);
    times.push((await asked) - revoked);
    await dialog.getByRole("button", { name: "Allow", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    // The app has the value again, and asks on.
    await app.waitForTimeout(500);
  }
  await browser.close();
  return median(times);
}

async function grantOf(page: Page): Promise<{ app: string; secretId: string }> {
  const read = () => fetch("/api/v1/secrets").then((answer) => answer.json());
  const { secrets } = api.secretList.parse(await page.evaluate(read));
  const secret = secrets.find((one) => one.name === name);
  const app = secret?.grants[0]?.app;
  if (secret === undefined || app === undefined) throw new Error("nothing is allowed");
  return { app, secretId: secret.id };
}

/** Runs in the page: when the next dialog is shown, by the machine's clock. */
function dialogShown(): Promise<number> {
  return new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      if (document.querySelector("dialog[open]") === null) return;
      watch.disconnect();
      resolve(Date.now());
    });
    watch.observe(document.documentElement, { subtree: true, childList: true, attributes: true });
  });
}

/** Runs in the page. @returns when it was asked. */
async function revoke(grant: { app: string; secretId: string }): Promise<number> {
  const at = Date.now();
  await fetch("/api/v1/grants/revoke", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(grant),
  });
  return at;
}
