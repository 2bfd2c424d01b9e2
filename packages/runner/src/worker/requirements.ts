import { paths } from "@portafilter/protocol";
import type { PyProxy } from "pyodide/ffi";
import type { Progress } from "./progress.ts";
import type { Runtime } from "./runtime.ts";

type Micropip = {
  set_index_urls: (url: string) => void;
  install: (requirement: string) => Promise<void>;
};

/**
 * Installs the author's requirement lines with micropip from this server's index, one by one, so that
 * a failure can say which line it was.
 *
 * @throws Error whose message names the line and micropip's reason.
 */
export async function installRequirements(
  { pyodide, packages }: Pick<Runtime, "pyodide" | "packages">,
  requirements: string,
  progress: Progress,
): Promise<void> {
  const lines = requirements
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
  if (lines.length === 0) return;
  progress.report("packages", "micropip");
  await packages.load(["micropip"]);
  const micropip = pyodide.pyimport("micropip") as Micropip;
  micropip.set_index_urls(`${location.origin}${paths.index}{package_name}/`);
  for (const [index, line] of lines.entries()) {
    progress.report("packages", line, index / lines.length);
    try {
      await micropip.install(line);
    } catch (error) {
      throw new Error(`The requirement “${line}” could not be installed: ${reasonOf(error)}`);
    }
  }
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
