import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { useEvilSite } from "../harness/evil.ts";
import { frameOf, openHostile, request } from "../harness/hostile.ts";
import { addAndAllow, app, dialog } from "../harness/snippet.ts";

const { page: newPage, context: newContext } = useChromium();
const evil = useEvilSite();
const canary = "canary-a7-3d55";

test("attack A7: a runtime frame that leaves its page in any way loses its port for good", async () => {
  const hostile = await openHostile(await newPage());
  const { page } = hostile;
  const ways = [
    "location.reload()",
    `location = "${evil().address}/runtime"`,
    "location = 'about:blank'",
  ];
  for (const [index, leave] of ways.entries()) {
    await hostile.stealPort();
    await hostile.say(request("granted", "KEY"));
    if (index === 0) await addAndAllow(page, "KEY", canary);
    await expect.poll(() => hostile.received()).toMatchObject([{ id: "granted", value: canary }]);
    await hostile.say(request("open", "OTHER"));
    await dialog(page, "OTHER").waitFor();

    // The sandbox keeps frames from moving each other, but the app's page can make the other move itself.
    await hostile.inApp(`parent.frames[0].setTimeout(${JSON.stringify(leave)})`);
    await page.getByRole("heading", { name: "The app was stopped" }).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.locator("iframe").count()).toBe(0);
    expect(evil().visits).toEqual([]);
    await page.getByRole("button", { name: "Retry" }).click();
    await app(page).getByText("hostile").waitFor();
  }
});

test("attack A7: a port kept in another tab is dead once its frame has loaded anything else", async () => {
  const context = await newContext();
  const keeper = await openHostile(await context.newPage());
  // Ports travel between tabs of one app through its service worker, as sockets' ends do.
  await keeper.inRuntime(`
    var kept, answers = [], post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, transfer) {
      if (message.path !== "/stolen") return post.call(this, message, transfer);
      kept = transfer[0];
      kept.onmessage = ({ data }) => answers.push(data);
    }`);
  const run = new URL((await frameOf(keeper.page, "Runtime")).url()).searchParams.get("run");

  const victim = await openHostile(await context.newPage());
  await victim.stealPort();
  await victim.say(request("before", "KEY"));
  await addAndAllow(victim.page, "KEY", canary);
  await victim.inApp(`navigator.serviceWorker.controller.postMessage(
    { type: "socket", run: "${run}", path: "/stolen" }, [stolen])`);
  await expect.poll(() => keeper.inRuntime("kept !== undefined")).toBe(true);
  const ask = (id: string) =>
    keeper.inRuntime(`kept.postMessage(${JSON.stringify(request(id, "KEY"))})`);

  // As long as the frame has not moved, the port is the app's that was allowed.
  await ask("while");
  await expect.poll(() => keeper.inRuntime("answers.length")).toBe(1);
  await victim.inApp("parent.frames[0].location.reload()");
  await victim.page.getByRole("heading", { name: "The app was stopped" }).waitFor();
  await ask("after");
  await keeper.inRuntime("kept.postMessage({ no: 'message' })");
  // A second question and answer on the way of the first: had "after" been answered, it would be here.
  await victim.page.getByRole("button", { name: "Retry" }).click();
  await app(victim.page).getByText("hostile").waitFor();
  await victim.stealPort();
  await victim.say(request("again", "KEY"));
  await expect.poll(() => victim.received()).toHaveLength(1);
  expect(await keeper.inRuntime("answers.map(({ id }) => id)")).toEqual(["while"]);
  expect(await victim.page.getByRole("dialog").count()).toBe(0);
});

test("attack A7: the app's frame stays on origins of apps", async () => {
  const { page, inApp } = await openHostile(await newPage());
  const blocked = page.waitForEvent("console", (message) => message.text().includes("frame-src"));
  await inApp(`location.href = "${evil().address}/app"`);
  await blocked;
  expect(evil().visits).toEqual([]);
  expect(new URL(page.url()).pathname).toBe("/snippet/streamlit/v1");

  await page.getByRole("button", { name: "Restart" }).click();
  await app(page).getByText("hostile").waitFor();
});
