import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";
import { watchText } from "./watch-text.ts";

const { page: newPage } = useChromium();

test("what is drawn between sleeps is seen before the script ends", async () => {
  const app = await openApp(await newPage(), "waiting");
  await app.getByRole("button", { name: "Load" }).waitFor();

  const seen = await watchText(app, /Step \d of 4|All steps taken/g);
  await app.getByRole("button", { name: "Load" }).click();
  await app.getByRole("progressbar").waitFor();
  await app.getByText("All steps taken").waitFor();
  expect((await seen()).slice(0, 3)).toEqual(["Step 1 of 4", "Step 2 of 4", "Step 3 of 4"]);

  const thoughts = await watchText(app, /Thinking hard|Thought/g);
  await app.getByRole("button", { name: "Think" }).click();
  await app.getByText("Thought", { exact: true }).waitFor();
  await app.getByText("Thinking hard").waitFor({ state: "hidden" });
  expect((await thoughts())[0]).toBe("Thinking hard");

  const installed = await watchText(app, /Installing|Installed/g);
  await app.getByRole("button", { name: "Install" }).click();
  await app.getByText(/Installing|Installed/).click();
  await app.getByText("Unpacking").waitFor();
  await app.getByText("Installed").waitFor();
  expect((await installed())[0]).toBe("Installing");

  await app.getByRole("button", { name: "Notify" }).click();
  const notifications = app.getByRole("region", { name: "Notifications" });
  await notifications.getByRole("alertdialog").getByText("Your tea is ready").waitFor();
});
