import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import own from "../package.json" with { type: "json" };

vi.setConfig({ testTimeout: 60_000 });

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

async function portafilter(...args: string[]) {
  return new Promise<{ code: unknown; output: string; errors: string }>((resolve) => {
    const env = { PATH: process.env.PATH ?? "" };
    execFile(process.execPath, [main, ...args], { env }, (error, output, errors) => {
      resolve({ code: error?.code ?? 0, output, errors });
    });
  });
}

test("it tells its version", async () => {
  const told = { code: 0, output: `${own.version}\n`, errors: "" };
  expect(await portafilter("--version")).toEqual(told);
});

test("it is a command of its own, from any folder and whatever Node the machine has", async () => {
  const folder = await mkdtemp(join(tmpdir(), "portafilter-bin-"));
  const command = join(folder, "portafilter");
  await symlink(fileURLToPath(new URL(`../${own.bin.portafilter}`, import.meta.url)), command);
  const { stdout } = await promisify(execFile)(command, ["--version"], {
    cwd: folder,
    env: { PATH: "/usr/bin:/bin" },
  });
  expect(stdout).toBe(`${own.version}\n`);
  await rm(folder, { recursive: true });
});

test.for([
  ["run"],
  ["serve"],
  ["migrate"],
  ["keyserver"],
  ["account", "reset-link"],
  ["audit", "verify"],
] as const)("the help of %s is no failure, and names its settings", async (command) => {
  const { code, output, errors } = await portafilter(...command, "--help");
  expect(errors).toBe("");
  expect(code).toBe(0);
  expect(output).toContain(`Usage: portafilter ${command.join(" ")}`);
  expect(output).toMatch(/^ {2}DATA_DIR /m);
});

test("its help is no failure", async () => {
  const { code, output } = await portafilter("audit", "verify", "--help");
  expect(code).toBe(0);
  expect(output).toContain("--anchor <file>");
});

test.for([
  ["srve", "unknown command 'srve'"],
  ["serve --prot 1", "unknown option '--prot'"],
  ["audit verfy", "unknown command 'verfy'"],
  ["keyserver unsael", "too many arguments for 'keyserver'"],
  ["account reset-link", "missing required argument 'email'"],
] as const)("%s is refused, and it is said where help is", async ([args, line]) => {
  const { code, output, errors } = await portafilter(...args.split(" "));
  expect(code).toBe(2);
  expect(output).toBe("");
  expect(errors).toContain(`error: ${line}`);
  expect(errors).toContain("See portafilter --help");
});
