import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import type { Readable } from "node:stream";
import { Builder, By, Capabilities, type WebDriver, type WebElement } from "selenium-webdriver";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Outside } from "./outside.ts";
import { freePort } from "./process.ts";
import { type Part, type Role, type Screen, until } from "./screen.ts";

/** WebKitGTK's MiniBrowser over WebDriver, in a display of its own. Each screen has a fresh profile, and ends the one before. */
export function useWebKit(outside: () => Outside): { screen: () => Promise<Screen> } {
  const processes: ChildProcess[] = [];
  const drivers: WebDriver[] = [];
  let server = "";
  beforeAll(async () => {
    const display = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    processes.push(display);
    const [number] = (await once(display.stdio[3] as Readable, "data")) as [Buffer];
    const port = await freePort();
    server = `http://127.0.0.1:${port}`;
    const driver = spawn("WebKitWebDriver", [`--port=${port}`], {
      stdio: "ignore",
      env: {
        ...process.env,
        DISPLAY: `:${String(number).trim()}`,
        // Its sandbox needs namespaces that containers do not give.
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
        GIO_USE_VFS: "local",
      },
    });
    processes.push(driver);
    const ready = () =>
      fetch(`${server}/status`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until("WebKitWebDriver answers", ready);
  });
  const quit = () => Promise.all(drivers.splice(0).map((driver) => driver.quit()));
  afterEach(quit);
  afterAll(() => {
    for (const child of processes.reverse()) child.kill();
  });
  return {
    async screen() {
      // WebKitWebDriver has one session at a time.
      await quit();
      const driver = await new Builder()
        .usingServer(server)
        .withCapabilities(capabilities(outside().port))
        .build();
      drivers.push(driver);
      return screenOf(driver);
    },
  };
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
