import { expect, test } from "vitest";
import { addAndAllow, ready, request, source, useHostPage } from "./web-fixture/host-page.ts";

const { open, address, link, newPage } = useHostPage();
const canary = "canary-91ce";

test("two sandboxed frames on one origin of the app's own; the app's after the first progress", async () => {
  const { page, say, receives } = await open();
  const start = await receives("app.start");
  expect(start).toMatchObject({
    app: { type: "streamlit", code: source, requirements: "" },
    theme: "light",
    forceSync: false,
  });
  expect(await page.locator("iframe").count()).toBe(1);
  await say({ type: "app.progress", phase: "runtime", detail: "", done: 0 });
  await page.frameLocator('iframe[title="App"]').getByText("Trip planner").waitFor();

  const frames = await page.locator("iframe").evaluateAll((all) =>
    all.map((frame) => ({
      origin: new URL((frame as HTMLIFrameElement).src).origin,
      ...Object.fromEntries(
        ["title", "sandbox", "allow", "referrerpolicy", "aria-hidden", "tabindex"].map((name) => [
          name,
          frame.getAttribute(name),
        ]),
      ),
    })),
  );
  const id = start.type === "app.start" ? start.app.id : "";
  const shared = {
    origin: address().replace("//", `//${id}.`),
    sandbox: "allow-scripts allow-same-origin allow-forms allow-downloads",
    allow: "picture-in-picture 'none'; storage-access 'none'",
    referrerpolicy: "no-referrer",
  };
  expect(frames).toMatchObject([
    { ...shared, title: "Runtime", "aria-hidden": "true", tabindex: "-1" },
    { ...shared, title: "App", "aria-hidden": null },
  ]);
  const addresses = await page
    .locator("iframe")
    .evaluateAll((all) =>
      all.map((frame) => [(frame as HTMLIFrameElement).src, frame.getAttribute("name")]),
    );
  const run = new URL(addresses[0]?.[0] ?? "").searchParams.get("run");
  expect(run).toMatch(/^[0-9a-f-]{36}$/);
  expect(new URL(addresses[1]?.[0] ?? "").searchParams.get("_portafilter")).toBe(run);
  expect(addresses[1]?.[1]).toBe(run);
});

test("a raw address is handed to the frame: the host page fetches nothing", async () => {
  const host = await open(undefined, "https://raw.example.org/app.py");
  const start = await host.receives("app.start");
  expect(start).toMatchObject({ app: { code: "", codeUrl: "https://raw.example.org/app.py" } });
});

test("attack A2: forged grants and answers are dropped and counted", async () => {
  const { page, say, received, button, inFrame } = await open();
  const forged = [
    { type: "secret.value", id: "1", value: "x" },
    { type: "grant", name: "KEY" },
    { type: "secret.request", id: "1", name: "KEY", reason: null, app: "sother" },
    { type: "secret.request", id: "1", name: "a b", reason: null },
    { type: "secret.request", id: "1", name: "K".repeat(129), reason: null },
    { type: "secret.request", id: "../1", name: "KEY", reason: null },
    { v: 2, type: "secret.cancel", id: "1" },
  ];
  for (const message of forged) await say(message);
  await inFrame('port.postMessage(JSON.parse(\'{"__proto__":{"granted":true}}\'))');
  await inFrame("port.postMessage(null)");
  await button("Console").click();
  await page.getByText("9 messages from the app were not understood and dropped").waitFor();
  expect((await received()).map((message) => message.type)).toEqual(["app.start"]);
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("attack A3: an id is used once", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await addAndAllow(host, "KEY", canary);
  await host.receives("secret.value");
  await host.say(request("1", "KEY"));
  await host.say(request("2", "KEY"));
  await expect
    .poll(async () => (await host.received()).filter((message) => message.type === "secret.value"))
    .toEqual([
      { v: 1, type: "secret.value", id: "1", value: canary },
      { v: 1, type: "secret.value", id: "2", value: canary },
    ]);
  await host.button("Console").click();
  await host.page.getByText("1 message from the app was not understood and dropped").waitFor();
});

test("attack A7: a runtime frame that navigates loses its port and gets no other", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await host.dialog("KEY").waitFor();
  await host.inFrame("location.reload()");
  await host.page.getByRole("heading", { name: "The app was stopped" }).waitFor();
  expect(await host.page.getByRole("dialog").count()).toBe(0);
  expect(await host.page.locator("iframe").count()).toBe(0);
  await host.button("Retry").click();
  await host.receives("app.start");
});

test("a second hello gets no second port", async () => {
  const host = await open();
  await host.inFrame(
    "var ports = 0; addEventListener('message', (e) => { ports += e.ports.length }); parent.postMessage({ v: 1, type: 'frame.hello' }, platform)",
  );
  await host.button("Console").click();
  await host.page.getByText("1 message from the app was not understood and dropped").waitFor();
  expect(await host.inFrame("ports")).toBe(0);
});

test("a frame that keeps breaking the rules is cut off", async () => {
  const host = await open();
  await host.inFrame("setTimeout(() => { for (let i = 0; i < 200; i++) say({ i }) }); 0");
  await host.page
    .getByText("It kept sending messages that are not part of the agreement")
    .waitFor();
});

test("a frame that floods the page is cut off, before the page is full", async () => {
  const host = await open();
  const line = "{ v: 1, type: 'app.console', stream: 'stdout', text: 'x' }";
  await host.inFrame(`setTimeout(() => { for (let i = 0; i < 20_000; i++) say(${line}) }); 0`);
  await host.page.getByText("or far too many, so it was cut off").waitFor();
  expect(await host.page.locator("iframe").count()).toBe(0);
});

test("so is one whose pages flood the window", async () => {
  const { page, say } = await open();
  await say(ready);
  const app = page.frameLocator('iframe[title="App"]').locator("html");
  await app.evaluate(() => {
    setTimeout(() => {
      for (let i = 0; i < 30_000; i++) parent.postMessage(i, "*");
    });
  });
  await page.getByText("or far too many, so it was cut off").waitFor();
});

test("the app's own frame cannot speak to the host page", async () => {
  const { page, say, received } = await open();
  await say(ready);
  const app = page.frameLocator('iframe[title="App"]').locator("html");
  await app.evaluate(() => {
    parent.postMessage({ v: 1, type: "frame.hello" }, "*");
    parent.postMessage({ v: 1, type: "secret.request", id: "1", name: "KEY", reason: null }, "*");
  });
  await page.waitForTimeout(300);
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect((await received()).map((message) => message.type)).toEqual(["app.start"]);
});

test("attack A1: neither frame can read the host page", async () => {
  const { page, say, inFrame } = await open();
  await say(ready);
  const app = page.frameLocator('iframe[title="App"]').locator("html");
  await app.waitFor();
  const attempts = ["parent.document", "top.sessionStorage", "frameElement.id", "parent.name.x"];
  for (const attempt of attempts) {
    const script = `(() => { try { ${attempt}; return "read" } catch (e) { return e.name } })()`;
    const outcomes = [
      await inFrame(script),
      await app.evaluate((_, text) => (0, eval)(text) as string, script),
    ];
    expect(outcomes).not.toContain("read");
  }
});

test("what was reported by a failing app is shown as text, and Retry starts it anew", async () => {
  const host = await open();
  await host.say({
    type: "app.failed",
    phase: "packages",
    message: "<b>no wheel</b> for tensorflow",
  });
  await host.page
    .getByRole("heading", { name: "A package of this app could not be loaded" })
    .waitFor();
  await host.page.getByText("<b>no wheel</b> for tensorflow").waitFor();
  await host.button("Retry").click();
  await host.receives("app.start");
  await host.say(ready);
  await host.page.frameLocator('iframe[title="App"]').getByText("Trip planner").waitFor();
});

test("a frame that never says hello is given up after 30 seconds", async () => {
  const page = await newPage();
  await page.clock.install();
  await page.route("**/_portafilter/frame?*", (route) =>
    route.fulfill({ contentType: "text/html", body: "silence" }),
  );
  await page.goto(link());
  await page
    .frameLocator('iframe[title="Runtime"]')
    .getByText("silence")
    .waitFor({ state: "attached" });
  await page.clock.fastForward(30_000);
  await page.getByRole("heading", { name: "The app did not start in 30 seconds" }).waitFor();
  expect(await page.locator("iframe").count()).toBe(0);
});

test("the loading screen names what is loading, with a real progress bar", async () => {
  const host = await open();
  await host.say({ type: "app.progress", phase: "packages", detail: "pandas, 4.2 MB", done: 0.6 });
  const bar = host.page.getByRole("progressbar", { name: "Loading the app" });
  await expect.poll(() => bar.getAttribute("aria-valuetext")).toBe("Loading pandas, 4.2 MB");
  expect(await bar.getAttribute("value")).toBe("0.6");
  await host.page.getByText("The first start downloads Python").waitFor();
  await host.say(ready);
  await bar.waitFor({ state: "detached" });
});

test("the console shows output as text, copies it and clears it", async () => {
  const host = await open();
  await host.button("Console").click();
  await host.page.getByText("Nothing has been printed yet.").waitFor();
  await host.say({ type: "app.console", stream: "stdout", text: "<b>one</b>\n" });
  await host.say({ type: "app.console", stream: "stderr", text: "two\n" });
  const output = host.page.getByRole("log", { name: "Output of the app" });
  await output.getByText("<b>one</b>").waitFor();
  await output.getByText("two").waitFor();
  await host.button("Copy").click();
  await host.button("Copied").waitFor();
  await host.button("Clear").click();
  await host.page.getByText("Nothing has been printed yet.").waitFor();
  await host.button("Close console").click();
  expect(await output.count()).toBe(0);
});

test("the app hears when the theme changes", async () => {
  const host = await open();
  await host.page.emulateMedia({ colorScheme: "dark" });
  expect(await host.receives("app.theme")).toMatchObject({ theme: "dark" });
});
