import {
  type FrameMessage,
  type Loads,
  limits,
  loads,
  noLoads,
  together,
} from "@portafilter/protocol";
import type { Install, Pyodide } from "../pyodide.ts";

/** A wheel by the name of its file and the SHA-256 of its content. */
type Wheel = readonly [file: string, sha256: string];

export type LoadsReport = {
  /**
   * Tells the host page of everything from outside the lock that is about to be installed: once, and before
   * any of it is.
   * @throws Error where it is more than the host page takes, or has no name there; nothing may be installed then.
   */
  readonly begin: (wheels: readonly Wheel[]) => void;
  /**
   * Tells of what micropip installs from then on, before it does. By then the app runs, so this serves the
   * visitor of an honest app and holds back no other.
   */
  readonly watch: (api: Pick<Pyodide["_api"], "install">) => void;
};

/** Reports what the app loads, to which the visitor's grants are bound. */
export function createLoadsReport(post: (message: FrameMessage) => void): LoadsReport {
  let told: Loads | undefined;
  const tell = (wheels: readonly Wheel[]) => {
    const packages = together(noLoads, wheels.flatMap(packageOf));
    const all = together(told ?? noLoads, packages);
    if (all.length > limits.loadedPackages)
      throw new Error(`An app may load ${limits.loadedPackages} packages at most.`);
    if (told?.length === all.length) return;
    told = all;
    post({ v: 1, type: "app.loads", packages });
  };
  return {
    begin: tell,
    watch(api) {
      const { install } = api;
      api.install = async (...args: Parameters<Install>) => {
        const [content, file] = args;
        tell([[file, await sha256Of(content)]]);
        await install(...args);
      };
    },
  };
}

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
function packageOf([file, sha256]: Wheel): Loads {
  const [project = "", version = ""] = file.split("-");
  const name = project.replaceAll(/[-_.]+/g, "-").toLowerCase();
  const parsed = loads.safeParse([{ name, version, sha256 }]);
  if (!parsed.success) throw new Error(`No package can be called as “${file.slice(0, 200)}” says.`);
  return parsed.data;
}

async function sha256Of(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
