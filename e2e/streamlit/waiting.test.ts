import type { FrameLocator } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("what is drawn between sleeps is seen before the script ends", async () => {
  const app = await openApp(await newPage(), "waiting");

  const seen = await watch(app, /Step \d of 4|All steps taken/g);
  await app.getByRole("button", { name: "Load" }).click();
  await app.getByRole("progressbar").waitFor();
  await app.getByText("All steps taken").waitFor();
  expect((await seen()).slice(0, 3)).toEqual(["Step 1 of 4", "Step 2 of 4", "Step 3 of 4"]);

  await app.getByRole("button", { name: "Think" }).click();
  await app.getByText("Thinking hard").waitFor();
  await app.getByText("Thought", { exact: true }).waitFor();
  await app.getByText("Thinking hard").waitFor({ state: "hidden" });

  await app.getByRole("button", { name: "Install" }).click();
  await app.getByText("Installing").click();
  await app.getByText("Unpacking").waitFor();
  await app.getByText("Installed").waitFor();

  await app.getByRole("button", { name: "Notify" }).click();
  const notifications = app.getByRole("region", { name: "Notifications" });
  await notifications.getByRole("alertdialog").getByText("Your tea is ready").waitFor();
});

/** Notes from now on what the page shows of `pattern`, each time that changes, joined by commas. */
async function watch(app: FrameLocator, pattern: RegExp): Promise<() => Promise<string[]>> {
  const notes = await app.locator("body").evaluateHandle(
    (body, [source, flags]) => {
      const expression = new RegExp(source, flags);
      const states: string[] = [];
      new MutationObserver(() => {
        const state = [...body.textContent.matchAll(expression)].join(", ");
        if (state !== "" && state !== states.at(-1)) states.push(state);
      }).observe(body, { subtree: true, childList: true, characterData: true });
      return states;
    },
    [pattern.source, pattern.flags] as const,
  );
  return () => notes.jsonValue();
}
