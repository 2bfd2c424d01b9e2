import type { Page } from "playwright-core";
import type { Page as FirefoxPage } from "puppeteer-core";
import { describe, expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { useFirefox } from "../harness/firefox.ts";
import { frameOf, hostile } from "../harness/hostile.ts";
import { useOutside } from "../harness/outside.ts";
import { until } from "../harness/screen.ts";
import { snippet } from "../harness/snippet.ts";

const program = snippet(
  hostile(`
import pycafe
if st.button("Ask"):
    st.write(pycafe.get_secret("OVERLAID"))
`),
);

type Clip = { x: number; y: number; width: number; height: number };

/** The same few moves in both browsers. */
type Hands = {
  readonly inApp: <T>(source: string) => Promise<T>;
  readonly inPage: <T>(source: string) => Promise<T>;
  /** Presses the app's button of this name. */
  readonly press: (name: string) => Promise<void>;
  readonly picture: (clip: Clip) => Promise<string>;
};

/**
 * Draws over everything in every way there is: a modal dialog of the app's own, popovers put on top of all
 * again and again, and what lies highest below them; each with the words of ours (H3).
 */
const overlays = `
  var drawn = 0;
  function overlay() {
    const style = "position:fixed;inset:0;width:100vw;height:100vh;max-width:none;max-height:none;" +
      "margin:0;border:0;z-index:2147483647;background:rgb(255,0,255);color:black;font-size:60px";
    const make = (name, properties) => document.body.appendChild(Object.assign(
      document.createElement(name), { style, textContent: "Add and allow" }, properties));
    make("div");
    make("dialog").showModal();
    const popover = make("div", { popover: "manual" });
    setInterval(() => {
      if (popover.matches(":popover-open")) popover.hidePopover();
      popover.showPopover();
      drawn += 1;
    }, 50);
  }
  function ask() {
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Ask").click();
  }
`;

/** Tries, with the visitor's click behind it, to get out of the frame's box; \`ended\` says how. */
const escapes = `
  var ended = {};
  var film = Object.assign(document.createElement("video"), { muted: true, width: 100 });
  var canvas = document.createElement("canvas");
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, 10 * Math.random(), 10), 50);
  film.srcObject = canvas.captureStream();
  document.body.append(film);
  void film.play();
  var tries = {
    fullscreen: () => document.documentElement.requestFullscreen(),
    "fullscreen of a part": () => document.body.requestFullscreen({ navigationUI: "hide" }),
    "fullscreen of a child": () => new Promise((resolve, reject) => {
      const frame = Object.assign(document.createElement("iframe"), { srcdoc: "<p>x", allow: "fullscreen" });
      frame.allowFullscreen = true;
      frame.onload = () => frame.contentDocument.body.requestFullscreen().then(resolve, reject);
      document.body.append(frame);
    }),
    "fullscreen of the runtime": () => parent.frames[0].document.body.requestFullscreen(),
    "picture in picture": () => film.requestPictureInPicture(),
    "a window in front": () => documentPictureInPicture.requestWindow(),
  };
  addEventListener("click", () => {
    for (const [name, attempt] of Object.entries(tries)) {
      // A refusal need not be an error.
      const nothing = new Promise((resolve) => setTimeout(resolve, 3_000, "nothing"));
      const tried = (async () => { await attempt(); return "done"; })();
      Promise.race([tried, nothing]).catch(({ name }) => name).then((end) => { ended[name] = end; });
    }
  }, { capture: true });
`;

/** Where our dialog is, and whether it is ours at each of many points of it. */
const ours = `(() => {
  const dialog = document.querySelector("dialog[open]");
  if (!dialog) return null;
  const { x, y, width, height } = dialog.getBoundingClientRect();
  let covered = 0;
  for (let across = 0.05; across < 1; across += 0.1) for (let down = 0.05; down < 1; down += 0.1)
    if (!dialog.contains(document.elementFromPoint(x + across * width, y + down * height))) covered += 1;
  return { covered, full: document.fullscreenElement !== null, clip: { x: x + 20, y: y + 20, width: width - 40, height: height - 40 } };
})()`;

async function attack({ inApp, inPage, press, picture }: Hands): Promise<void> {
  await inApp(`(0, eval)(${JSON.stringify(overlays + escapes)})`);
  await until("there is a film", () => inApp<boolean>("film.readyState === 4"));
  await press("Run again");
  await until("each try to get out has ended", () =>
    inApp<boolean>("Object.keys(ended).length === Object.keys(tries).length"),
  );
  const ended = Object.values(await inApp<Record<string, string>>("ended"));
  expect(ended).not.toContain("done");
  expect(await inApp("document.fullscreenElement")).toBeNull();

  await inApp("overlay(), ask()");
  await until("the dialog is armed", () =>
    inPage<boolean>(
      `document.querySelector('dialog[open] [type="submit"][aria-disabled="false"]') !== null`,
    ),
  );
  type Ours = { covered: number; full: boolean; clip: Clip };
  const look = () => inPage<Ours>(ours);
  const take = async () => picture((await look()).clip);
  const before = await settled(take);
  const drawn = await inApp<number>("drawn");
  await until("the app draws", () => inApp<boolean>(`drawn > ${drawn + 20}`));
  const { covered, full } = await look();
  expect([covered, full]).toEqual([0, false]);
  expect(await take()).toBe(before);
}

/** A picture that has come out the same twice: nothing moves any more. */
async function settled(take: () => Promise<string>): Promise<string> {
  let last = "";
  await until("nothing of the dialog moves", async () => {
    const before = last;
    last = await take();
    return last === before;
  });
  return last;
}

describe("in Chromium", () => {
  const { page: newPage } = useChromium();
  const open = async (): Promise<{ page: Page; hands: Hands }> => {
    const page = await newPage();
    await page.goto(program);
    const inFrame = page.frameLocator('iframe[title="App"]');
    await inFrame.getByText("hostile").waitFor();
    return {
      page,
      hands: {
        inApp: async (source) => (await frameOf(page, "App")).evaluate(source),
        inPage: (source) => page.evaluate(source),
        press: (name) => inFrame.getByRole("button", { name, exact: true }).click(),
        picture: async (clip) => (await page.screenshot({ clip })).toString("base64"),
      },
    };
  };

  test("attack H4: nothing that the app draws, and no fullscreen, lies over the dialog", async () => {
    const { page, hands } = await open();
    await attack(hands);
    await page.getByRole("dialog").getByRole("button", { name: "Deny" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("attack H4: a list that the visitor has opened in the app closes before the dialog is there", async () => {
    const { page, hands } = await open();
    await hands.inApp(`document.body.append(Object.assign(document.createElement("select"), {
      id: "list", style: "position: fixed; top: 0; left: 30%; z-index: 99999999",
      innerHTML: "<option>Add and allow".repeat(40) }))`);
    await hands.inApp(`(0, eval)(${JSON.stringify(overlays)})`);
    await page.frameLocator('iframe[title="App"]').locator("#list").click();
    await expect.poll(() => hands.inApp("list.matches(':open')")).toBe(true);
    expect(await hands.inApp("ask(), list.matches(':open')")).toBe(true);
    await page.getByRole("dialog", { name: "OVERLAID" }).waitFor();
    await expect.poll(() => hands.inApp("list.matches(':open')")).toBe(false);
  });

  test("attack H3: while we ask, whatever the app draws is darker than it is by itself", async () => {
    const { page, hands } = await open();
    await hands.inApp(`(0, eval)(${JSON.stringify(overlays)}); overlay()`);
    const frame = await page.locator('iframe[title="App"]').boundingBox();
    const { x = 0, y = 0, height = 0 } = frame ?? {};
    const corner = { x: x + 5, y: y + height - 15, width: 10, height: 10 };
    const seen = async () => colour(page, await hands.picture(corner));
    await expect.poll(seen).toEqual([255, 0, 255]);
    await hands.inApp("ask()");
    await page.getByRole("dialog", { name: "OVERLAID" }).waitFor();
    await expect.poll(async () => (await seen())[0]).toBeLessThan(200);
  });
});

/** The colour of a picture's first point. */
async function colour(page: Page, png: string): Promise<number[]> {
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(async (encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      context?.drawImage(image, 0, 0);
      return [...(context?.getImageData(0, 0, 1, 1).data.slice(0, 3) ?? [])];
    }, png);
  } finally {
    await blank.close();
  }
}

describe("in Firefox", () => {
  const { page: newPage } = useFirefox(useOutside("nobody.test"));

  test("attack H4: nothing that the app draws, and no fullscreen, lies over the dialog", async () => {
    const page: FirefoxPage = await newPage();
    await page.goto(program);
    const frame = async () => {
      const found = await (await page.$('iframe[title="App"]'))?.contentFrame();
      if (!found) throw new Error("The app's page is not there.");
      return found;
    };
    await until(
      "the app runs",
      async () => (await (await frame()).$("::-p-text(hostile)")) !== null,
    );
    await attack({
      inApp: async <T>(source: string) => (await (await frame()).evaluate(source)) as T,
      inPage: async <T>(source: string) => (await page.evaluate(source)) as T,
      press: async (name) => {
        const button = await (await frame()).waitForSelector(`::-p-aria(${name}[role="button"])`);
        await button?.click();
      },
      picture: (clip) => page.screenshot({ clip, encoding: "base64" }),
    });
  });
});
