import { test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("st.navigation leads between two pages, by link, by switch_page and back", async () => {
  const page = await newPage();
  const app = await openApp(page, "navigation");
  const pages = app.getByRole("navigation", { name: "App pages" });
  await app.getByRole("heading", { name: "Welcome" }).waitFor();

  await pages.getByRole("link", { name: "Say hello" }).click();
  await app.getByRole("heading", { name: "Greeting" }).waitFor();
  await app.getByText("Good day, stranger").waitFor();

  await pages.getByRole("link", { name: "Start" }).click();
  await app.getByRole("textbox", { name: "Your name" }).fill("Ada");
  await app.getByRole("textbox", { name: "Your name" }).press("Enter");
  await app.getByRole("button", { name: "Go on" }).click();
  await app.getByRole("heading", { name: "Greeting" }).waitFor();
  await app.getByText("Good day, Ada").waitFor();

  // Not page.goBack(): that waits for the host page, which stays where it is.
  await page.evaluate(() => {
    history.back();
  });
  await app.getByRole("heading", { name: "Welcome" }).waitFor();
});
