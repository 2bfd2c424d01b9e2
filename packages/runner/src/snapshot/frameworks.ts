import { streamlitModules } from "./streamlit-modules.ts";

type Framework = {
  /** Modules to import before the image is made: all that a first run of a script imports. */
  readonly modules: readonly string[];
  /** Files that Python never reads: the server hands them out itself. Caches are useless in an image. */
  readonly leaveOut: RegExp;
  /** Files that Python reads at every start: they lie at the beginning of the pack, fetched at once. */
  readonly eager: RegExp;
};

export const frameworks: Readonly<Record<string, Framework>> = {
  streamlit: {
    modules: streamlitModules,
    leaveOut:
      /^streamlit\/static\/static\/|^streamlit\/\.agents\/|^pydeck\/nbextension\/|^[^/]+\.data\/|\/__pycache__\/|\.pyi$/,
    // Streamlit looks for components in the metadata of every distribution.
    eager: /\.dist-info\/(METADATA|RECORD|entry_points\.txt|top_level\.txt)$/,
  },
};
