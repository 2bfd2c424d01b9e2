import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { dropped, openHostile, request } from "../harness/hostile.ts";
import { addAndAllow, dialog } from "../harness/snippet.ts";

const { page: newPage } = useChromium();
const canary = "canary-a2-b81c";

test("attack A2: forged grants and answers, on the port and on windows, change nothing", async () => {
  const app = await openHostile(await newPage());
  await app.stealPort();
  const forged: unknown[] = [
    { v: 1, type: "grant", name: "KEY", granted: true },
    { v: 1, type: "secret.value", id: "1", value: "forged" },
    { v: 1, type: "secret.allow", id: "1", key: 1 },
    { v: 1, type: "secret.askAgain", name: "KEY" },
    { v: 1, type: "host.port" },
    { v: 1, type: "frame.hello" },
    { v: 1, type: "app.start", app: { id: "other" } },
    { ...request("1", "KEY"), granted: true },
    { ...request("2", "KEY"), app: "another-app" },
    { ...request("3", "KEY"), value: "forged" },
    { ...request("4", "KEY"), v: 2 },
    [request("5", "KEY")],
    JSON.stringify(request("6", "KEY")),
    null,
  ];
  for (const message of forged) await app.say(message);
  await dropped(app.page, forged.length);

  // The same on windows: from the runtime frame they are counted, from the app's page not even read.
  const all = JSON.stringify([...forged, request("7", "KEY")]);
  const post = `for (const message of ${all}) parent.postMessage(message, "${address()}")`;
  await app.inApp(post);
  await app.inRuntime(post);
  await dropped(app.page, 2 * forged.length + 1);

  expect(await app.received()).toEqual([]);
  expect(await dialog(app.page, /./).count()).toBe(0);
  const kept = await app.page.evaluate(() => sessionStorage.getItem("portafilter.session"));
  expect(JSON.parse(kept ?? "")).toMatchObject({ secrets: [], grants: [] });
});

test("attack A2: a second hello of the runtime frame gets no second port", async () => {
  const app = await openHostile(await newPage());
  await app.inRuntime(
    `var ports = 0;
     addEventListener("message", (event) => { ports += event.ports.length });
     parent.postMessage({ v: 1, type: "frame.hello" }, "${address()}")`,
  );
  await dropped(app.page, 1);
  expect(await app.inRuntime("ports")).toBe(0);
});

test("attack A3: every id is answered once, with its own answer, however many are tried", async () => {
  const app = await openHostile(await newPage());
  await app.stealPort();
  const ids = Array.from({ length: 30 }, () => crypto.randomUUID());
  for (const id of [...ids, ...ids]) await app.say(request(id, "KEY"));
  await dropped(app.page, ids.length, async () => addAndAllow(app.page, "KEY", canary));
  const answers = async () =>
    (await app.received()).map((message) => ("id" in message ? message.id : message.type));
  await expect.poll(answers).toEqual(ids);

  const flood = `
    var asked = Array.from({ length: 4000 }, () => crypto.randomUUID());
    for (const id of asked) stolen.postMessage({ v: 1, type: "secret.request", id, name: "KEY", reason: null })`;
  await app.inApp(flood);
  await expect.poll(() => app.inApp("received.length"), { timeout: 60_000 }).toBe(4030);
  const flooded = (await app.received()).slice(ids.length);
  expect(flooded.map((message) => "id" in message && message.id).sort()).toEqual(
    (await app.inApp<string[]>("asked")).sort(),
  );
  const given = flooded.filter(({ type }) => type === "secret.value");
  const refused = flooded.filter((m) => m.type === "secret.refused" && m.code === "secret_busy");
  expect(given.length).toBeGreaterThan(0);
  expect(given.length + refused.length).toBe(4000);

  await app.say(request("other", "OTHER"));
  await dialog(app.page, "OTHER").waitFor();
  for (const id of ids.slice(0, 20)) await app.say({ v: 1, type: "secret.cancel", id });
  await dialog(app.page, "OTHER").getByRole("button", { name: "Deny" }).click();
  await expect
    .poll(async () => (await app.received()).at(-1))
    .toEqual({
      v: 1,
      type: "secret.refused",
      id: "other",
      code: "secret_denied",
    });
});
