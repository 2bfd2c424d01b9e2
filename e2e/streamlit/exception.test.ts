import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("an exception is shown with its traceback, and the app goes on when its cause is gone", async () => {
  const page = await newPage();
  const fetched: string[] = [];
  page.context().on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/_portafilter/packages/")) fetched.push(pathname);
  });
  const app = await openApp(page, "exception");
  await app.getByText("Before", { exact: true }).waitFor();
  const alert = app.getByRole("alert");
  await alert.getByText("ZeroDivisionError: division by zero").waitFor();
  await alert.getByText("Traceback:").waitFor();
  const code = await alert.getByRole("code").textContent();
  expect(code).toMatch(/app\.py", line 10, in <module>/);
  expect(code).toMatch(/line 5, in divide\s+return numerator \/ denominator/);

  await app.getByRole("button", { name: "Increment" }).click();
  await app.getByText("Result: 10.0").waitFor();
  await alert.waitFor({ state: "hidden" });
  expect(fetched).toEqual([]);
});
