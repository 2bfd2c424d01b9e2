import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("titles, Markdown, code, metric and caption", async () => {
  const app = await openApp(await newPage(), "text");
  await app.getByRole("heading", { name: "Harbour", level: 1 }).waitFor();
  await app.getByRole("heading", { name: "Tides", level: 2 }).waitFor();
  await app.getByRole("heading", { name: "High water", level: 3 }).waitFor();
  await app.getByRole("strong").getByText("twice", { exact: true }).waitFor();
  const link = app.getByRole("link", { name: "the table" });
  expect(await link.getAttribute("href")).toBe("https://example.test/tides");
  await app.getByRole("code").getByText("depth = chart + tide").waitFor();
  await app.getByText("Depth", { exact: true }).waitFor();
  await app.getByText("4.2 m", { exact: true }).waitFor();
  await app.getByText("0.3 m", { exact: true }).waitFor();
  await app.getByText("Measured at the pier").waitFor();
  await app.getByText("Boats: 7").waitFor();
});

test("columns, tabs, expander and sidebar", async () => {
  const app = await openApp(await newPage(), "layout");
  await app.getByRole("region", { name: "Sidebar" }).getByRole("button").first().waitFor();
  const left = await app.getByText("Left hand").boundingBox();
  const right = await app.getByText("Right hand").boundingBox();
  if (!left || !right) throw new Error("A column is not drawn.");
  expect(right.x).toBeGreaterThan(left.x + left.width / 2);
  expect(right.y).toBe(left.y);

  await app.getByText("Cats purr").waitFor();
  await app.getByRole("tab", { name: "Dogs" }).click();
  await app.getByRole("tabpanel", { name: "Dogs" }).getByText("Dogs bark").waitFor();
  expect(await app.getByText("Cats purr").isVisible()).toBe(false);

  expect(await app.getByText("Nothing is owed").isVisible()).toBe(false);
  await app.getByText("Small print").click();
  await app.getByText("Nothing is owed").waitFor();

  const sidebar = app.getByRole("region", { name: "Sidebar" });
  await sidebar.getByText("At the side", { exact: true }).waitFor();
  await sidebar.getByRole("button", { name: "Side button" }).click();
  await sidebar.getByText("Pressed at the side").waitFor();
});

test("st.write draws plain objects without loading data libraries", async () => {
  const app = await openApp(await newPage(), "write");
  await app.getByText("Loaded: []").waitFor();
  await app.getByText("north").waitFor();
  await app.getByText("two").waitFor();
  await app.getByText("None", { exact: true }).waitFor();
});
