import { test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("threads, events, queues, pools and timers of the app's own code", async () => {
  const app = await openApp(await newPage(), "threads");
  const results = {
    Thread: ["Squares: [0, 1, 4, 9, 16]"],
    Event: ["Ready at once: False", "Ready in time: True"],
    Queue: ["Consumed: [0, 1, 2, 3, 4, 5]"],
    Pool: ["Mapped: [0, 2, 4, 6, 8, 10]", "Submitted: [20, 40]"],
    Timer: ["Rung: True not too early: True"],
  };
  for (const [button, texts] of Object.entries(results)) {
    await app.getByRole("button", { name: button }).click();
    for (const text of texts) await app.getByText(text).waitFor();
  }
});

/** The case of ADR 3: the import was made on a stack resumed while a younger one is suspended. */
test("pandas is imported late, after a sleep, while a timer and a thread are pending", async () => {
  const page = await newPage();
  const app = await openApp(page, "late_import");
  await app.getByText("Sum: 6").waitFor();
  await app.getByText("Rung: True").waitFor();
  await page.getByRole("button", { name: "Console" }).click();
  await page.getByRole("log").getByText("Nothing has been printed yet.").waitFor();
});
