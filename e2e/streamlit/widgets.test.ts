import { test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("button, checkbox, radio, selectbox, multiselect and slider", async () => {
  const app = await openApp(await newPage(), "choices");

  await app.getByRole("button", { name: "Greet" }).click();
  await app.getByText("Hello there").waitFor();

  await app.getByText("Volume: low").waitFor();
  await app.getByText("Loud", { exact: true }).click();
  await app.getByText("Volume: high").waitFor();
  await app.getByText("Hello there").waitFor({ state: "hidden" });

  await app.getByText("Size: Small").waitFor();
  await app.getByRole("radiogroup", { name: "Size" }).getByText("Large").click();
  await app.getByText("Size: Large").waitFor();

  await app.getByText("Fruit: Apple").waitFor();
  await app.getByRole("combobox", { name: "Fruit" }).click();
  await app.getByRole("option", { name: "Cherry" }).click();
  await app.getByText("Fruit: Cherry").waitFor();

  const toppings = app.getByRole("combobox", { name: "Toppings" });
  await toppings.click();
  await app.getByRole("option", { name: "Nuts" }).click();
  await app.getByText("Toppings: Nuts", { exact: true }).waitFor();
  await app.getByRole("option", { name: "Cream" }).click();
  await app.getByText("Toppings: Nuts, Cream").waitFor();
  await toppings.press("Escape");

  await app.getByText("Level: 3").waitFor();
  await app.getByRole("slider", { name: "Level" }).press("ArrowRight");
  await app.getByText("Level: 4").waitFor();
});

test("text, number and date input", async () => {
  const app = await openApp(await newPage(), "inputs");

  await app.getByText("Name: nobody").waitFor();
  await app.getByRole("textbox", { name: "Name" }).fill("Ada");
  await app.getByRole("textbox", { name: "Name" }).press("Enter");
  await app.getByText("Name: Ada").waitFor();

  await app.getByText("Doubled: 4").waitFor();
  await app.getByRole("button", { name: "Increment" }).click();
  await app.getByText("Doubled: 6").waitFor();
  await app.getByRole("spinbutton", { name: "Count" }).fill("9");
  await app.getByRole("spinbutton", { name: "Count" }).press("Enter");
  await app.getByText("Doubled: 18").waitFor();

  await app.getByText("Weekday: Saturday").waitFor();
  await app.getByRole("button", { name: "Choose date" }).click();
  await app.getByRole("button", { name: /March 17/ }).click();
  await app.getByText("Weekday: Tuesday").waitFor();
});

test("a form sends its fields together, when it is submitted", async () => {
  const app = await openApp(await newPage(), "inputs");
  await app.getByText("The kitchen knows of nothing").waitFor();
  await app.getByRole("textbox", { name: "Dish" }).fill("Soup");
  await app.getByText("Hot", { exact: true }).click();
  await app.getByRole("button", { name: "Increment" }).click();
  await app.getByText("Doubled: 6").waitFor();
  await app.getByText("The kitchen knows of nothing").waitFor();

  await app.getByRole("button", { name: "Order" }).click();
  await app.getByText("The kitchen knows of Soup").waitFor();
  await app.getByText("Ordered Soup, hot").waitFor();
});
