import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { useEvilSite } from "../harness/evil.ts";
import { openHostile, request } from "../harness/hostile.ts";
import { app, dialog } from "../harness/snippet.ts";

const { context: newContext } = useChromium();
const evil = useEvilSite();

/** Says in its title what a page knows of where it was opened. */
const nosy = `<!doctype html><title>nosy</title><script>
  document.title = JSON.stringify([String(opener), document.referrer, history.length, name]);
</script>`;

test("attack C6: a page that a reason links to has no opener and learns nothing of where it was", async () => {
  const context = await newContext();
  evil().serve(nosy);
  const hostile = await openHostile(await context.newPage());
  await hostile.stealPort();
  await hostile.say(request("1", "LINKED", `[Get a key](${evil().address}/reason)`));
  const link = dialog(hostile.page, "LINKED").getByRole("link", { name: "Get a key" });
  for (const button of ["left", "middle"] as const) {
    const opening = context.waitForEvent("page");
    await link.click({ button });
    const tab = await opening;
    await expect.poll(() => tab.title()).toBe(JSON.stringify(["null", "", 1, ""]));
    await tab.close();
  }
  expect(evil().visits.filter((path) => path === "/reason")).toHaveLength(2);
  await dialog(hostile.page, "LINKED").waitFor();
});

test("attack C6: no page learns from an app where it runs, nor the app from the page around it", async () => {
  const context = await newContext();
  evil().serve(nosy);
  const { page, inApp, inRuntime } = await openHostile(await context.newPage());
  for (const run of [inApp, inRuntime]) expect(await run("document.referrer")).toBe("");
  await inApp(`document.body.append(Object.assign(document.createElement("a"), { href: "${evil().address}/app",
    rel: "opener", target: "_blank", textContent: "elsewhere", style: "position:fixed;top:0;left:0;z-index:99999999" }))`);
  const link = app(page).getByRole("link", { name: "elsewhere" });
  // Only the visitor's own way of opening a link gets out of the sandbox.
  await link.click();
  const opening = context.waitForEvent("page");
  await link.click({ button: "middle" });
  const tab = await opening;
  await expect.poll(() => tab.title()).toBe(JSON.stringify(["null", "", 1, ""]));
  expect(context.pages()).toHaveLength(2);
  expect(await inApp("location.href")).not.toContain("?");
});
