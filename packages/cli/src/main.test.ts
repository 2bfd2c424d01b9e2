import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
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
