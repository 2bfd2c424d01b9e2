import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { useEvilSite } from "../harness/evil.ts";
import { frameOf, openHostile } from "../harness/hostile.ts";
import { app } from "../harness/snippet.ts";

const { page: newPage } = useChromium({
  permissions: ["geolocation", "clipboard-read", "clipboard-write"],
});
const evil = useEvilSite();

/** Names of what went wrong, by what was tried; `source` is an expression, awaited. */
const attempts = (evilAddress: string): Record<string, string> => ({
  "top.location": `top.location = "${evilAddress}/top"`,
  "top.location.replace": `top.location.replace("${evilAddress}/top")`,
  "link to _top": `click("a", { href: "${evilAddress}/top", target: "_top" })`,
  "form to _top": `submit({ action: "${evilAddress}/top", target: "_top" })`,
  "link to _parent": `click("a", { href: "${evilAddress}/top", target: "_parent" })`,
  "window.open": `open("${evilAddress}/popup")`,
  "window.open of the platform": `open(document.referrer || "/")`,
  "link to _blank": `click("a", { href: "${evilAddress}/popup", target: "_blank" })`,
  "top.close": `top.close()`,
  alert: `alert("x")`,
  confirm: `confirm("x")`,
  prompt: `prompt("x")`,
  print: `print()`,
  fullscreen: `document.documentElement.requestFullscreen()`,
  "pointer lock": `document.body.requestPointerLock()`,
  "picture in picture": `documentPictureInPicture.requestWindow()`,
  "clipboard, reading": `navigator.clipboard.readText()`,
  "clipboard, writing": `navigator.clipboard.writeText("x")`,
  geolocation: `new Promise((y, n) => navigator.geolocation.getCurrentPosition(y, n))`,
  screen: `navigator.mediaDevices.getDisplayMedia()`,
  passkeys: `navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16) } })`,
  usb: `navigator.usb.requestDevice({ filters: [] })`,
  serial: `navigator.serial.requestPort()`,
  "wake lock": `navigator.wakeLock.request()`,
  "domain of the platform": `document.domain = "pycafe.localhost"`,
});

/** Things whose refusal is not an error: they do nothing and say so with one of these. */
const nothing = ["undefined", "null", "false"];

const tools = `
  var click = (name, properties) => {
    Object.assign(document.body.appendChild(document.createElement(name)), properties).click();
  };
  var submit = (properties) => {
    Object.assign(document.body.appendChild(document.createElement("form")), properties).submit();
  };
  var ended = {};
  var attempt = async (name, source) => {
    try { ended[name] = String(await (0, eval)("(async () => (" + source + "))()")); }
    catch (error) { ended[name] = "refused: " + (error.name ?? "code " + error.code); }
  };
`;

/** Opens a hostile app, and tries everything at the visitor's first click in it. */
async function tryEverything(page: Page, title: "App" | "Runtime") {
  const seen = { dialogs: 0, popups: 0 };
  page.on("dialog", (shown) => {
    seen.dialogs += 1;
    void shown.dismiss();
  });
  page.context().on("page", () => {
    seen.popups += 1;
  });
  await openHostile(page);
  const all = attempts(evil().address);
  const frame = await frameOf(page, title);
  await frame.evaluate(tools);
  const script = `addEventListener("click", async (event) => {
    if (!event.isTrusted) return;
    for (const [name, source] of Object.entries(${JSON.stringify(all)})) await Promise.race([
      attempt(name, source), new Promise((resolve) => setTimeout(resolve, 3_000))]);
    ended.done = "done";
  }, { once: true, capture: true })`;
  // The visitor's click is in the app's page; the runtime frame can listen there, too.
  const where = title === "App" ? "self" : "parent.frames[1]";
  await frame.evaluate(`${where}.${script}`);
  await app(page).getByText("hostile").click();
  await expect.poll(() => frame.evaluate("ended.done"), { timeout: 100_000 }).toBe("done");
  const ended = await frame.evaluate<Record<string, string>>("ended");
  delete ended.done;
  return { ended, names: Object.keys(all), seen };
}

test.each(["App", "Runtime"] as const)(
  "attack A8: with a click of the visitor behind it, the %s frame gets nothing it should not",
  async (title) => {
    const page = await newPage();
    const { ended, names, seen } = await tryEverything(page, title);
    const got = names.filter((name) => {
      const end = ended[name];
      return end !== undefined && !end.startsWith("refused") && !nothing.includes(end);
    });
    expect(got.map((name) => `${name}: ${ended[name]}`)).toEqual([]);
    expect(seen).toEqual({ dialogs: 0, popups: 0 });
    expect(evil().visits).toEqual([]);
    expect(new URL(page.url()).pathname).toBe("/snippet/streamlit/v1");
  },
);

/** Features with a permission of their own that a page could be handed. */
const features =
  `accelerometer autoplay camera clipboard-read clipboard-write display-capture encrypted-media
fullscreen gamepad geolocation gyroscope hid idle-detection magnetometer microphone midi payment
picture-in-picture publickey-credentials-create publickey-credentials-get screen-wake-lock serial
storage-access usb web-share window-management xr-spatial-tracking`.split(/\s+/);

test("attack A8: no feature that needs a permission is handed to a frame", async () => {
  const { inApp, inRuntime } = await openHostile(await newPage());
  const allowed = `${JSON.stringify(features)}.filter((name) => document.featurePolicy.allowsFeature(name))`;
  expect(await inApp(allowed)).toEqual([]);
  expect(await inRuntime(allowed)).toEqual([]);
});

test("attack A8: an app cannot hold back a visitor who leaves", async () => {
  const page = await newPage();
  const { inApp } = await openHostile(page);
  await inApp(
    "addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'Stay!' })",
  );
  await app(page).getByText("hostile").click();
  let asked = false;
  page.on("dialog", (shown) => {
    asked = true;
    void shown.accept();
  });
  await page.goto(address());
  await page.getByRole("link", { name: "Run the example" }).waitFor();
  expect(asked).toBe(false);
});

test("attack A8: an app that goes back in history does not take the host page with it", async () => {
  const page = await newPage();
  await page.goto(address());
  const { inApp, inRuntime } = await openHostile(page);
  await app(page).getByText("hostile").click();
  for (const run of [inApp, inRuntime]) await run("history.go(-1)").catch(String);
  await app(page).getByRole("button", { name: "Run again" }).click();
  expect(new URL(page.url()).pathname).toBe("/snippet/streamlit/v1");
});
