import type { HostMessage } from "@portafilter/protocol";
import { codeOf } from "./code.ts";
import type { LoadsReport } from "./loads.ts";
import type { Progress } from "./progress.ts";
import type { PythonRuntime } from "./python.ts";
import { importedPackages, installRequirements } from "./requirements.ts";
import type { Runtime } from "./runtime.ts";

type Start = Extract<HostMessage, { type: "app.start" }>;
export type App = { readonly python: PythonRuntime };

const file = "/home/pyodide/app.py";

/** Loads what the app needs and starts it; resolves when it answers requests. */
export async function launch(
  starting: Promise<Runtime>,
  { app, theme, forceSync }: Start,
  progress: Progress,
  loads: LoadsReport,
): Promise<App> {
  const [runtime, code] = await Promise.all([starting, codeOf(app)]);
  const { pyodide, python, packages, host } = runtime;
  host.forceSync(forceSync);
  loads.watch(pyodide._api);
  await installRequirements(runtime, app.requirements, progress, loads);
  const imported = importedPackages(runtime, code);
  // What cannot be had fails again at the app's own import, where its author may handle it.
  if (imported.packages.length > 0) await packages.load(imported.packages).catch(() => undefined);
  progress.report("starting");
  pyodide.FS.writeFile(file, code);
  if (imported.modules.length > 0) await python.preimport(JSON.stringify(imported.modules));
  await python.start(app.type, file, theme);
  progress.report("ready");
  // Where it does not come, each late import asks for its own files.
  runtime.fetchPack().catch(() => undefined);
  return { python };
}
