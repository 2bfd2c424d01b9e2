import { gzipSync } from "node:zlib";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { flags } from "../e2e/harness/flags.ts";
import { median } from "./table.ts";

const runs = 5;

/** Asks for one secret while the app starts, and for another one when page and app are at rest. */
const program = `
import time
import streamlit as st
import pycafe

def timed(name):
    begin = time.perf_counter()
    pycafe.get_secret(name)
    return (time.perf_counter() - begin) * 1000

starting = timed("BENCH_FIRST")
time.sleep(3)
resting = timed("BENCH_SECOND")
again = sum(timed("BENCH_SECOND") for _ in range(1000)) / 1000
st.write(f"starting {starting:.3f} resting {resting:.3f} again {again:.5f}")
`;

/** A page of somebody who creates an account, or signs in to it. */
export async function signedIn(
  context: BrowserContext,
  address: string,
  email: string,
  way: "sign-up" | "sign-in" = "sign-up",
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${address}/${way}`);
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill("a long enough passphrase");
  const name = way === "sign-up" ? "Create account" : "Sign in";
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("button", { name: /^Account menu/ }).waitFor();
  return page;
}

/** The address of a program. */
export function linkTo(address: string, code: string): string {
  const packed = gzipSync(JSON.stringify({ code, requirements: "" })).toString("base64");
  return `${address}/snippet/streamlit/v1#c=${encodeURIComponent(packed)}`;
}

/** Gives the app of a page a value of five characters for the name that it asks for. */
export async function allow(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name });
  await dialog.getByLabel("Secret value", { exact: true }).fill("bench");
  await dialog.getByRole("button", { name: "Add and allow" }).click();
}

/** Milliseconds from Python's call to its return. */
export type SignedInTimes = Readonly<{ starting: number; resting: number; again: number }>;

/** What `get_secret` takes for somebody who is signed in, whose data key is warm. Medians. */
export async function signedInTimes(address: string): Promise<SignedInTimes> {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags });
  const page = await signedIn(await browser.newContext(), address, "bench@example.com");
  await page.goto(linkTo(address, program));
  for (const name of ["BENCH_FIRST", "BENCH_SECOND"]) await allow(page, name);
  const shown = page.frameLocator('iframe[title="App"]').getByText(/^starting /);
  await shown.waitFor();
  const times: SignedInTimes[] = [];
  for (let run = 0; run < runs; run++) {
    await page.reload();
    times.push(readTimes(await shown.innerText()));
  }
  await browser.close();
  const of = (field: keyof SignedInTimes) => median(times.map((time) => time[field]));
  return { starting: of("starting"), resting: of("resting"), again: of("again") };
}

function readTimes(text: string): SignedInTimes {
  const found = /starting ([\d.]+) resting ([\d.]+) again ([\d.]+)/.exec(text);
  if (found === null) throw new Error(`No times in: ${text}`);
  const [, starting, resting, again] = found.map(Number);
  return { starting: starting ?? 0, resting: resting ?? 0, again: again ?? 0 };
}
