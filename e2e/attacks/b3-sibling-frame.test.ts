import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { frameOf, openHostile } from "../harness/hostile.ts";
import { addAndAllow, app, dialog, example, snippet } from "../harness/snippet.ts";

const { context: newContext } = useChromium();
const canary = "canary-b3-c2e7";

test("attack B3: an app cannot play the host page to another app, nor another app to the host page", async () => {
  const context = await newContext();
  // Another app runs in this browser, and may use a secret.
  const victim = await context.newPage();
  await victim.goto(snippet(example("secret")));
  await addAndAllow(victim, "SUPER_SECRET_API_KEY", canary);
  await app(victim).getByText(canary).waitFor();
  const victimOrigin = new URL((await frameOf(victim, "App")).url()).origin;
  const program = JSON.stringify({
    v: 1,
    type: "app.start",
    app: { id: "s", type: "streamlit", code: "print(1)", requirements: "" },
    theme: "light",
    forceSync: false,
  });

  const hostile = await openHostile(await context.newPage());
  const { page } = hostile;
  // Frames find others by name in their own tab's group only.
  const run = await (await frameOf(victim, "App")).evaluate<string>("name");
  expect(await hostile.inApp(`String(open("", "${run}"))`)).toBe("null");

  // In the place of the app's page the runtime frame of the other app, from the other app's origin.
  await hostile.inApp(`parent.frames[0].setTimeout(${JSON.stringify(`
    var offers = 0, heard = [];
    addEventListener("message", (event) => heard.push(event.data));
    setInterval(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => heard.push(data);
      port1.postMessage(${program});
      parent.frames[1].postMessage({ v: 1, type: "host.port" }, "*", [port2]);
      offers += 1;
    }, 5)`)});
    location = "${victimOrigin}/_portafilter/frame?run=${run}"`);
  await expect.poll(async () => (await frameOf(page, "App")).url()).toContain(victimOrigin);
  const offers = await hostile.inRuntime<number>("offers");
  // Its worker starts by itself, so that it would answer an offer that it had taken.
  await expect
    .poll(async () =>
      (await frameOf(page, "App")).evaluate("navigator.serviceWorker.ready.then(() => true)"),
    )
    .toBe(true);
  await expect.poll(() => hostile.inRuntime<number>("offers")).toBeGreaterThan(offers + 100);
  expect(await hostile.inRuntime("heard")).toEqual([]);
  expect(await dialog(page, /./).count()).toBe(0);
  expect(await (await frameOf(victim, "App")).evaluate("document.body.innerText")).toContain(
    canary,
  );
});
