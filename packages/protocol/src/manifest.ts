import * as z from "zod/mini";

/** What the runtime frame needs to know to start; written into its page by the server. */
export const manifest = z.strictObject({
  v: z.literal(1),
  /** The one origin that may speak to the frame. */
  platformOrigin: z.string(),
  /** Version that changes when any runner file does; part of their addresses. */
  version: z.string(),
  pyodide: z.string(),
  /** Address of the package lock, in the format of pyodide-lock.json. */
  lock: z.string(),
  /** Address of the runtime package (a wheel). */
  runtime: z.string(),
  snapshots: z.record(
    z.string(),
    z.strictObject({
      /** Address and size in bytes of the memory image. */
      url: z.string(),
      bytes: z.number(),
      /** Address of the description: names, places and sizes of the files in the pack. */
      tree: z.string(),
    }),
  ),
  /** Framework files that need no Python: path prefix of the app to address prefix. */
  statics: z.record(z.string(), z.record(z.string(), z.string())),
});
export type Manifest = z.infer<typeof manifest>;
