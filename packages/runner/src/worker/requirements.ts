import { paths, requirementLines } from "@portafilter/protocol";
import type { PyProxy } from "pyodide/ffi";
import type { LoadsReport } from "./loads.ts";
import type { Progress } from "./progress.ts";
import type { Runtime } from "./runtime.ts";

/** `Plan` of python/src/portafilter_runtime/requirements.py. */
type Plan = PyProxy & {
  readonly add: (requirement: string) => Promise<void>;
  readonly wheels: () => string;
  readonly install: () => Promise<void>;
};

/**
 * Installs the author's requirement lines from this server's index. They are fetched one by one, so that a
 * failure can say which line it was. What there is from outside the lock is reported before any of it
 * is installed, because its code may run from then on.
 *
 * @throws Error whose message names the line and micropip's reason.
 */
export async function installRequirements(
  { pyodide, packages }: Pick<Runtime, "pyodide" | "packages">,
  requirements: string,
  progress: Progress,
  loads: LoadsReport,
): Promise<void> {
  const lines = requirementLines(requirements);
  if (lines.length === 0) {
    loads.begin([]);
    return;
  }
  progress.report("packages", "micropip");
  await packages.load(["micropip"]);
  const planning = pyodide.pyimport("portafilter_runtime.requirements") as {
    readonly Plan: (indexUrl: string) => Plan;
  };
  const plan = planning.Plan(`${location.origin}${paths.index}{package_name}/`);
  for (const [index, line] of lines.entries()) {
    progress.report("packages", line, index / lines.length);
    try {
      await plan.add(line);
    } catch (error) {
      throw new Error(`The requirement “${line}” could not be installed: ${reasonOf(error)}`);
    }
  }
  loads.begin(JSON.parse(plan.wheels()) as [file: string, sha256: string][]);
  try {
    await plan.install();
  } catch (error) {
    throw new Error(`What the app requires could not be installed: ${reasonOf(error)}`);
  }
  plan.destroy();
}

/**
 * What went wrong, out of a Python traceback: the text of the exception that it ends with. What micropip
 * adds for those who call it says nothing to a visitor.
 */
export function reasonOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).trim();
  // An exception's line is the first that is not indented after lines that are.
  const exceptions = [...text.matchAll(/(?<=^ {2}.*\n)(?:\w+\.)*[A-Z]\w*: /gm)];
  const last = exceptions.at(-1);
  const reason = last ? text.slice(last.index + last[0].length) : text;
  return reason
    .replace(/\.\s+(?:See: |You can use|Please make sure|If you want to)[\s\S]*$/, ".")
    .trim();
}

/** Packages of the lock that the code's import statements name, and the modules that it names. */
export function importedPackages(
  { pyodide, packages }: Pick<Runtime, "pyodide" | "packages">,
  code: string,
): { modules: string[]; packages: string[] } {
  const found = (
    pyodide.pyimport("pyodide.code") as { find_imports: (code: string) => PyProxy }
  ).find_imports(code);
  const modules = found.toJs() as string[];
  found.destroy();
  const provided = modules.flatMap((module) => {
    const name = packages.providerOf(module);
    return name === null ? [] : [{ module, name }];
  });
  return {
    modules: provided.map(({ module }) => module),
    packages: provided.map(({ name }) => name),
  };
}
