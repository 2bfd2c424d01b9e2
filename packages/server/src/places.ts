import { fileURLToPath } from "node:url";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Folders of the checkout that the server reads. No slash at the end. */
export const places = {
  runner: here("../../runner/dist"),
  web: here("../../web/dist"),
  bundledWheels: here("../wheelhouse"),
  pyodide: fileURLToPath(new URL(".", import.meta.resolve("pyodide"))).replace(/\/$/, ""),
} as const;
