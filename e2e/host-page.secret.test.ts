import { expect, test } from "vitest";
import { addAndAllow, control, ready, request, useHostPage } from "./web-fixture/host-page.ts";

const { open, link, newPage } = useHostPage();
const canary = "canary-91ce";
const types = (messages: { type: string }[]) => messages.map((message) => message.type);

test("a value reaches the app that was allowed, and is not asked for again", async () => {
  const host = await open();
  await host.say(request("1", "KEY", "Because."));
  await host.page.getByText("asks for: KEY").waitFor();
  await addAndAllow(host, "KEY", canary);
  expect(await host.receives("secret.value")).toMatchObject({ id: "1", value: canary });
  await host.button("Restart").click();
  await host.receives("app.start");
  await host.say(request("1", "KEY"));
  expect(await host.receives("secret.value")).toMatchObject({ value: canary });
});

test("a reload asks nothing again, another tab does", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await addAndAllow(host, "KEY", canary);
  await host.page.reload();
  await host.receives("app.start");
  await host.say(request("2", "KEY"));
  expect(await host.receives("secret.value")).toMatchObject({ id: "2", value: canary });

  const other = await open(await newPage(host.page.context()));
  await other.say(request("1", "KEY"));
  await other.dialog("KEY").waitFor();
});

test("a tab opened by this one gets a copy of its storage, and asks all the same", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await addAndAllow(host, "KEY", canary);
  const opening = host.page.waitForEvent("popup");
  await host.page.evaluate((to) => void window.open(to), link());
  const popup = control(await opening);
  await popup.receives("app.start");
  await popup.say(request("1", "KEY"));
  await popup.dialog("KEY").waitFor();
  expect(await popup.page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(canary);
  expect(await host.page.evaluate(() => JSON.stringify(sessionStorage))).toContain(canary);
});

test("coming back through the tab's history asks: a closed tab is opened again that way", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await addAndAllow(host, "KEY", canary);
  await host.page.goto("about:blank");
  await host.page.goBack();
  await host.receives("app.start");
  await host.say(request("1", "KEY"));
  await host.dialog("KEY").waitFor();
});

test("another app of the same tab is asked about, and may use the value or get another", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await addAndAllow(host, "KEY", canary);

  await open(host.page, "print(2)");
  await host.say(request("1", "KEY"));
  await host.dialog("KEY").waitFor();
  expect(await host.field.count()).toBe(0);
  await host.button("Allow").click();
  expect(await host.receives("secret.value")).toMatchObject({ value: canary });

  await open(host.page, "print(3)");
  await host.say(request("1", "KEY"));
  await host.button("Use another value").click();
  await addAndAllow(host, "KEY", "another");
  expect(await host.receives("secret.value")).toMatchObject({ value: "another" });
});

test("Escape denies; asking again changes nothing until the visitor wants to be asked", async () => {
  const host = await open();
  await host.say(ready);
  await host.say(request("1", "KEY"));
  await host.dialog("KEY").waitFor();
  await host.page.keyboard.press("Escape");
  expect(await host.receives("secret.refused")).toMatchObject({ id: "1", code: "secret_denied" });
  await host.page.getByText("You denied KEY.").waitFor();
  await host.say(request("2", "KEY"));
  await expect.poll(async () => (await host.received()).length).toBe(3);
  expect(await host.page.getByRole("dialog").count()).toBe(0);

  await host.button("Ask me again").click();
  expect(await host.receives("secret.askAgain")).toMatchObject({ name: "KEY" });
  await host.page.getByText("You will be asked when the app next needs KEY.").waitFor();
  const reloaded = host.page.waitForEvent("framenavigated");
  await host.button("Run it again").click();
  expect((await reloaded).url()).toContain("_portafilter=");
  await host.say(request("3", "KEY"));
  await host.dialog("KEY").waitFor();
  await host.page.getByText("You will be asked").waitFor({ state: "detached" });
});

test("attack A5: a flood shows one dialog, and after some denials none", async () => {
  const host = await open();
  await host.inFrame(
    "for (let i = 0; i < 1000; i++) say({ v: 1, type: 'secret.request', id: String(i), name: 'KEY_' + i, reason: null })",
  );
  await host.dialog("KEY_0").waitFor();
  await host.page.getByText("1 of 50").waitFor();
  expect(await host.page.getByRole("dialog").count()).toBe(1);
  await expect.poll(async () => (await host.received()).length).toBe(1 + 950);
  for (let i = 0; i < 3; i++)
    await host.dialog(`KEY_${i}`).getByRole("button", { name: "Deny" }).click();
  await host.page.getByText("This app keeps asking.").waitFor();
  expect(await host.page.getByRole("dialog").count()).toBe(0);
  await expect.poll(async () => (await host.received()).length).toBe(1 + 1000);
  await host.say(request("more", "MORE"));
  await expect.poll(async () => (await host.received()).length).toBe(1 + 1001);
  await host.button("Ask me again").click();
  await host.say(request("wanted", "WANTED"));
  await host.dialog("WANTED").waitFor();
});

test("attack A16: a cancelled request closes its dialog and releases nothing", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await host.dialog("KEY").waitFor();
  await host.say({ type: "secret.cancel", id: "1" });
  await host.dialog("KEY").waitFor({ state: "detached" });
  expect(types(await host.received())).toEqual(["app.start"]);
});

test("a restart closes the dialog", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await host.dialog("KEY").waitFor();
  // The frame goes with it, at once.
  const failed = "{ v: 1, type: 'app.failed', phase: 'ready', message: 'Python ended' }";
  await host.inFrame(`setTimeout(() => say(${failed})); 0`);
  await host.dialog("KEY").waitFor({ state: "detached" });
  await host.page.getByRole("heading", { name: "The app stopped" }).waitFor();
});

test("attack H6: the value is in no attribute, title or address, only in this tab's storage", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await addAndAllow(host, "KEY", canary);
  await host.receives("secret.value");
  const places = await host.page.evaluate(() => [
    document.documentElement.outerHTML,
    document.title,
    location.href,
    JSON.stringify(history.state),
    JSON.stringify(localStorage),
    document.cookie,
  ]);
  expect(places.join()).not.toContain(canary);
});

test("storage that is full makes the secret unavailable, and says so", async () => {
  const page = await newPage();
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const host = await open(page);
  await host.say(request("1", "KEY"));
  expect(await host.receives("secret.refused")).toMatchObject({ code: "secret_unavailable" });
  await host.page.getByText("A secret could not be kept").waitFor();
});
