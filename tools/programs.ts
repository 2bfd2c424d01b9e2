import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

const postgres = "/usr/lib/postgresql";

/** Debian packages, and whether what they bring is here. */
type Program = Readonly<{ packages: readonly string[]; isHere: () => boolean }>;

/** What the tests drive. */
const ofTests: readonly Program[] = [
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

/** What loads a server, for the benches. */
export const wrk: Program = { packages: ["wrk"], isHere: () => existsSync("/usr/bin/wrk") };

/**
 * Installs the programs that are missing with apt-get, where we are root; says what is missing otherwise.
 * @param more - programs besides those of the tests.
 */
export function ensurePrograms(...more: readonly Program[]): void {
  const packages = [...ofTests, ...more]
    .filter(({ isHere }) => !isHere())
    .flatMap((program) => program.packages);
  if (packages.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `These Debian packages are needed: ${packages.join(", ")}. Install them with your package manager.`,
    );
  }
  console.log(`Installing ${packages.join(", ")}`);
  const quiet = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    encoding: "utf8",
  } as const;
  spawnSync("apt-get", ["update", "-qq"], quiet);
  const { status, stderr } = spawnSync("apt-get", ["install", "-y", "-qq", ...packages], quiet);
  if (status !== 0) throw new Error(`apt-get could not install ${packages.join(", ")}: ${stderr}`);
}
