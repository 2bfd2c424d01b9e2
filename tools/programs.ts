import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

const postgres = "/usr/lib/postgresql";

/** Debian packages of what the tests drive, and whether each is here. */
const programs = [
  { packages: ["chromium"], isHere: () => existsSync("/usr/bin/chromium") },
  { packages: ["firefox-esr"], isHere: () => existsSync("/usr/bin/firefox-esr") },
  {
    packages: ["webkit2gtk-driver", "xvfb"],
    isHere: () => existsSync("/usr/bin/WebKitWebDriver"),
  },
  { packages: ["openssl"], isHere: () => existsSync("/usr/bin/openssl") },
  {
    // Its binaries; the tests start servers of their own on files of their own.
    packages: ["postgresql"],
    isHere: () =>
      existsSync(postgres) &&
      readdirSync(postgres).some((version) => existsSync(`${postgres}/${version}/bin/initdb`)),
  },
];

/** Installs the programs that are missing with apt-get, where we are root; says what is missing otherwise. */
export function ensurePrograms(): void {
  const packages = programs
    .filter(({ isHere }) => !isHere())
    .flatMap((program) => program.packages);
  if (packages.length === 0) return;
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
