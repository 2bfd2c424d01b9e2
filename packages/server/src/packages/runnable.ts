/**
 * Whether a wheel can run here: for any platform, or built for Pyodide's. The rest is told by
 * `versions` alone, so that micropip can say that a project has nothing for this platform.
 */
export function canRun(filename: string, abi: string): boolean {
  const tags = filename
    .replace(/\.whl$/, "")
    .split("-")
    .slice(-3);
  const [python = "", , platform = ""] = tags;
  if (platform === "any") return /py3|cp3/.test(python);
  return platform.includes(`pyemscripten_${abi}_wasm32`);
}
