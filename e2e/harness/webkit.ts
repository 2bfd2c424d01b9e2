import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { Builder, By, Capabilities, type WebDriver, type WebElement } from "selenium-webdriver";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Outside } from "./outside.ts";
import { freePort } from "./process.ts";
import { type Part, type Role, type Screen, until } from "./screen.ts";

/** Milliseconds until a browser that does not come up counts as one that never will. */
const startTimeout = 60_000;

/** WebKitGTK's MiniBrowser over WebDriver, in a display of its own. Each screen has a fresh profile, and ends the one before. */
export function useWebKit(outside: () => Outside): { screen: () => Promise<Screen> } {
  let display: ChildProcess | undefined;
  let number = "";
  let running: Running | undefined;
  beforeAll(async () => {
    display = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const [text] = (await once(display.stdio[3] as Readable, "data")) as [Buffer];
    number = `:${String(text).trim()}`;
  });
  const quit = async () => {
    const before = running;
    running = undefined;
    await before?.end();
  };
  afterEach(quit);
  afterAll(() => display?.kill());
  const start = () => startBrowser(number, outside().port);
  return {
    async screen() {
      await quit();
      // A browser that dies while it starts is never spoken of again: its driver has to go, too.
      running = await start().catch(start);
      return screenOf(running.driver);
    },
  };
}

type Running = { readonly driver: WebDriver; readonly end: () => Promise<void> };

/** A driver for one session: it can have no second one while the first is about to begin. */
async function startBrowser(display: string, proxyPort: number): Promise<Running> {
  const port = await freePort();
  const server = `http://127.0.0.1:${port}`;
  const child = spawn("WebKitWebDriver", [`--port=${port}`], {
    stdio: "ignore",
    env: {
      ...process.env,
      DISPLAY: display,
      // Its sandbox needs namespaces that containers do not give.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      GIO_USE_VFS: "local",
    },
  });
  try {
    const ready = () =>
      fetch(`${server}/status`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until("WebKitWebDriver answers", ready);
    const built = new Builder()
      .usingServer(server)
      .withCapabilities(capabilities(proxyPort))
      .build();
    const driver = await within(startTimeout, built);
    return {
      driver,
      async end() {
        await within(startTimeout, driver.quit()).catch(() => undefined);
        child.kill();
      },
    };
  } catch (error) {
    child.kill();
    throw error;
  }
}

/** @throws Error when there is no outcome in time. */
function within<T>(milliseconds: number, outcome: PromiseLike<T>): Promise<T> {
  const late = delay(milliseconds, undefined, { ref: false }).then(() => {
    throw new Error(`The browser did nothing for ${milliseconds / 1000} s.`);
  });
  return Promise.race([outcome, late]);
}

function capabilities(proxyPort: number): Capabilities {
  // The folder is named after the machine's architecture and the library's version.
  const [binary] = globSync("/usr/{lib,libexec}/{*/,}webkit2gtk-4.*/MiniBrowser").sort().reverse();
  if (binary === undefined) throw new Error("WebKitGTK's MiniBrowser is not installed.");
  return new Capabilities({
    browserName: "MiniBrowser",
    acceptInsecureCerts: true,
    "webkitgtk:browserOptions": {
      binary,
      // It does not heed the standard's capability `proxy`.
      args: [
        "--automation",
        `--proxy=http://127.0.0.1:${proxyPort}`,
        "--ignore-host=localhost",
        "--ignore-host=.localhost",
      ],
    },
  });
}

const elements: Record<Role, string> = {
  dialog: "dialog",
  button: "button",
  textbox: "input, textarea",
};

function screenOf(driver: WebDriver): Screen {
  const within = async <T>(part: Part, look: () => Promise<T>, absent: T): Promise<T> => {
    if (part === "page") return look();
    const [frame] = await driver.findElements(By.css('iframe[title="App"]'));
    if (!frame) return absent;
    await driver.switchTo().frame(frame);
    try {
      return await look();
    } finally {
      await driver.switchTo().defaultContent();
    }
  };
  const find = async (role: Role, name: string): Promise<WebElement | null> => {
    for (const element of await driver.findElements(By.css(elements[role])))
      if ((await element.getAccessibleName()) === name) return element;
    return null;
  };
  return {
    goto: (address) => driver.get(address),
    reload: () => driver.navigate().refresh(),
    text: (part) =>
      within(part, () => driver.executeScript<string>("return document.body.innerText"), ""),
    has: (part, role, name) => within(part, async () => (await find(role, name)) !== null, false),
    press: (part, name) =>
      within(
        part,
        async () => {
          const button = await find("button", name);
          if ((await button?.getAttribute("aria-disabled")) === "true") return false;
          await button?.click();
          return button !== null;
        },
        false,
      ),
    fill: (part, name, text) =>
      within(
        part,
        async () => {
          const field = await find("textbox", name);
          await field?.sendKeys(text);
          return field !== null;
        },
        false,
      ),
  };
}
