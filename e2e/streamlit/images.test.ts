import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("an image from numpy and a figure from matplotlib", { timeout: 240_000 }, async () => {
  const app = await openApp(await newPage(), "images");
  await app.getByText("Drawn").waitFor({ timeout: 200_000 });
  await app.getByText("Red and blue", { exact: true }).waitFor();

  const image = await look(app.getByRole("img").first());
  expect(image.size).toEqual([60, 40]);
  expect(image.left).toEqual([255, 0, 0, 255]);
  expect(image.right).toEqual([0, 0, 255, 255]);

  const figure = await look(app.getByRole("img").last());
  expect(figure.size[0]).toBeGreaterThan(200);
  expect(figure.colours).toBeGreaterThan(20);
});

/** What is in an image: its own size, the colours left and right on half its height, and how many there are. */
function look(image: Locator) {
  return image.evaluate(async (element: HTMLImageElement) => {
    await element.decode();
    const { naturalWidth: width, naturalHeight: height } = element;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    if (!canvas) throw new Error("This browser draws nothing.");
    canvas.drawImage(element, 0, 0);
    const { data } = canvas.getImageData(0, 0, width, height);
    const pixel = (share: number) => {
      const at = 4 * (Math.floor(height / 2) * width + Math.floor(width * share));
      return [...data.slice(at, at + 4)];
    };
    return {
      size: [width, height],
      left: pixel(0.25),
      right: pixel(0.75),
      colours: new Set(new Uint32Array(data.buffer)).size,
    };
  });
}
