import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("an image from numpy and a figure from matplotlib", async () => {
  const app = await openApp(await newPage(), "images");
  await app.getByText("Drawn").waitFor();
  await app.getByText("Red and blue", { exact: true }).waitFor();
  const [image, figure] = [app.getByRole("img").first(), app.getByRole("img").last()];

  const pixels = await look(image);
  expect(pixels.size).toEqual([60, 40]);
  expect(pixels.at(0.25)).toEqual([255, 0, 0, 255]);
  expect(pixels.at(0.75)).toEqual([0, 0, 255, 255]);

  const drawn = await look(figure);
  expect(drawn.size[0]).toBeGreaterThan(200);
  expect(drawn.colours).toBeGreaterThan(20);
});

/** What is in an image: its own size, the colour at a share of its width on half its height, how many colours. */
async function look(image: Locator) {
  const { size, data } = await image.evaluate(async (element: HTMLImageElement) => {
    await element.decode();
    const { naturalWidth: width, naturalHeight: height } = element;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas?.drawImage(element, 0, 0);
    return {
      size: [width, height],
      data: [...(canvas?.getImageData(0, 0, width, height).data ?? [])],
    };
  });
  const [width = 0, height = 0] = size;
  const pixel = (index: number) => data.slice(index * 4, index * 4 + 4);
  return {
    size,
    at: (share: number) => pixel(Math.floor(height / 2) * width + Math.floor(width * share)),
    colours: new Set(Array.from({ length: width * height }, (_, index) => pixel(index).join()))
      .size,
  };
}
