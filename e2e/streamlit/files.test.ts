import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("a file goes into the app and another comes out", async () => {
  const page = await newPage();
  const app = await openApp(page, "files");
  const choosing = page.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Upload", exact: true }).click();
  const text = `Dear reader,\n${"ä".repeat(70_000)}`;
  await (await choosing).setFiles({
    name: "letter.txt",
    mimeType: "text/plain",
    buffer: Buffer.from(text),
  });
  await app.getByText("letter.txt has 70013 characters").waitFor();
  await app.getByText("It begins: Dear reader,").waitFor();

  const downloading = page.waitForEvent("download");
  await app.getByRole("button", { name: "Take it louder" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("größer letter.txt");
  expect(await readFile(await download.path(), "utf8")).toBe(text.toUpperCase());
});
