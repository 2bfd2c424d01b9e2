import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Debian packages of what the browser tests drive, and a file that each brings. */
const browsers = [
  { name: "Chromium", packages: ["chromium"], file: "/usr/bin/chromium" },
  { name: "Firefox", packages: ["firefox-esr"], file: "/usr/bin/firefox-esr" },
  { name: "WebKit", packages: ["webkit2gtk-driver", "xvfb"], file: "/usr/bin/WebKitWebDriver" },
  { name: "OpenSSL", packages: ["openssl"], file: "/usr/bin/openssl" },
];

/** Installs the browsers that are missing with apt-get, where we are root; says what is missing otherwise. */
export function ensureBrowsers(): void {
  const missing = browsers.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return;
  const packages = missing.flatMap((browser) => browser.packages);
  if (process.getuid?.() !== 0) {
    throw new Error(
      `The tests need ${packages.join(", ")}. Install them with your package manager.`,
    );
  }
  console.log(`Installing ${packages.join(", ")} for the tests`);
  const quiet = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    encoding: "utf8",
  } as const;
  spawnSync("apt-get", ["update", "-qq"], quiet);
  const { status, stderr } = spawnSync("apt-get", ["install", "-y", "-qq", ...packages], quiet);
  if (status !== 0) throw new Error(`apt-get could not install ${packages.join(", ")}: ${stderr}`);
}
