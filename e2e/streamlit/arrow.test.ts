import { readFileSync } from "node:fs";
import type { FrameLocator } from "playwright-core";
import { test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();
type Lock = { files: { name: string; version: string; file: string; sha256: string }[] };
const lock = JSON.parse(readFileSync("packages/server/src/packages/lock.json", "utf8")) as Lock;

/** What pyarrow needs that only Pyodide's CDN has. */
const needed = ["pyarrow", "pyodide-unix-timezones"];

test("tables and charts are drawn where pyarrow's wheel can be had; else one sentence says why not", {
  timeout: 240_000,
}, async ({ annotate }) => {
  const app = await openApp(await newPage(), "arrow");
  const show = app.getByRole("radiogroup", { name: "Show" });
  await show.waitFor();
  const missing = await unavailable(app);
  await annotate(
    missing.length === 0
      ? "pyarrow can be had here: tables and charts were tested"
      : `${missing.join(" and ")} cannot be had here: the sentence was tested, tables and charts were NOT`,
  );

  for (const kind of ["table", "dataframe", "chart"]) {
    await show.getByText(kind, { exact: true }).click();
    if (missing.length === 0) {
      if (kind === "table") await app.getByRole("cell", { name: "Oslo" }).waitFor();
      else await app.getByTestId(kind === "chart" ? "stVegaLiteChart" : "stDataFrame").waitFor();
    } else {
      const alert = app.getByRole("alert");
      await alert
        .getByText(
          `ModuleNotFoundError: No module named 'pyarrow'. This server could not provide ${missing.join(" and ")}: The package file could not be fetched from any source.`,
        )
        .waitFor();
    }
    await show.getByText("nothing", { exact: true }).click();
    await app.getByText("Still here").waitFor();
  }
});

/** Those of the needed packages that this server cannot get, with their versions. */
async function unavailable(app: FrameLocator): Promise<string[]> {
  const missing: string[] = [];
  for (const wanted of needed) {
    const file = lock.files.find(({ name }) => name === wanted);
    if (!file) throw new Error(`${wanted} is not in the lock.`);
    const address = `/_portafilter/packages/${file.sha256}/${file.file}`;
    const status = await app.locator("html").evaluate(async (_, url) => {
      const response = await fetch(url);
      await response.body?.cancel();
      return response.status;
    }, address);
    if (status !== 200) missing.push(`${file.name} ${file.version}`);
  }
  return missing;
}
