import { streamlitModules } from "./streamlit-modules.ts";

type Framework = {
  /** Modules to import before the image is made: all that a first run of a script imports. */
  readonly modules: readonly string[];
  /** Files that Python never reads: the server hands them out itself. Caches are useless in an image. */
  readonly leaveOut: RegExp;
};

export const frameworks: Readonly<Record<string, Framework>> = {
  streamlit: {
    modules: streamlitModules,
    leaveOut: /^streamlit\/static\/static\/|\/__pycache__\/|\.pyi$/,
  },
};
