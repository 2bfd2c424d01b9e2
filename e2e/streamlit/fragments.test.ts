import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("a fragment runs without the rest of the script", async () => {
  const app = await openApp(await newPage(), "fragment");
  await app.getByText("Part: 1").waitFor();
  await app.getByRole("button", { name: "Only this part" }).click();
  await app.getByText("Part: 2").waitFor();
  expect(await app.getByText("Whole script").textContent()).toBe("Whole script: 1");
});

test("a fragment with run_every runs by itself, and lets others run", async () => {
  const app = await openApp(await newPage(), "fragment");
  const ticks = async () => Number(/\d+/.exec((await app.getByText("Ticks").textContent()) ?? ""));
  await expect.poll(ticks, { timeout: 30_000 }).toBeGreaterThan(2);
  await app.getByRole("button", { name: "Only this part" }).click();
  await app.getByText("Part: 2").waitFor();
  const before = await ticks();
  await expect.poll(ticks, { timeout: 30_000 }).toBeGreaterThan(before + 1);
  expect(await app.getByText("Whole script").textContent()).toBe("Whole script: 1");
});

test("a dialog opens over the page, keeps its fields and closes with a rerun", async () => {
  const app = await openApp(await newPage(), "dialog");
  await app.getByRole("button", { name: "Vote for tea" }).click();
  const dialog = app.getByRole("dialog", { name: "Cast your vote" });
  await dialog.getByText("Why is tea your favourite?").waitFor();
  await dialog.getByRole("textbox", { name: "Because" }).fill("it is warm");
  await dialog.getByRole("button", { name: "Submit" }).click();
  await app.getByText("You voted for tea, because it is warm").waitFor();
  await dialog.waitFor({ state: "hidden" });
});
