import type { Packages } from "./packages.ts";
import type { Secrets } from "./secrets.ts";

export type PythonHost = {
  /** What Python sees as the module `_portafilter_host`; its contract is in python/README.md. */
  readonly module: object;
  readonly forceSync: (on: boolean) => void;
};

/** Makes the one JavaScript module that the Python runtime uses. */
export function createPythonHost(secrets: Secrets, packages: Packages): PythonHost {
  let forceSync = false;
  return {
    module: {
      get force_sync() {
        return forceSync;
      },
      // No promise: Pyodide makes a future of it, which takes turns of the event loop.
      request_secret: (
        name: string,
        reason: string | null | undefined,
        answer: (text: string) => void,
      ) => {
        secrets.request(name, reason ?? null, answer);
      },
      request_secret_sync: (name: string, reason?: string | null) =>
        secrets.requestSync(name, reason ?? null),
      sleep_sync: (milliseconds: number) => {
        secrets.sleepSync(milliseconds);
      },
      load_packages: (names: string) => packages.load(JSON.parse(names) as string[]),
      load_packages_sync: (names: string) => {
        packages.loadSync(JSON.parse(names) as string[]);
      },
      package_for_import: (module: string) => packages.providerOf(module),
    },
    forceSync(on) {
      forceSync = on;
    },
  };
}
