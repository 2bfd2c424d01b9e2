/**
 * The parts of Pyodide and Emscripten that the runner uses, as ports. Some are not in Pyodide's public
 * types (314.0.7); the browser tests hold them.
 */
export type FileSystem = {
  readonly mkdirTree: (path: string) => void;
  readonly create: (path: string, mode: number) => FileNode;
  readonly writeFile: (path: string, content: string | Uint8Array) => void;
  readonly readFile: (path: string) => Uint8Array;
  readonly readdir: (path: string) => string[];
  readonly stat: (path: string) => { mode: number };
  readonly isDir: (mode: number) => boolean;
};

/** A file of Emscripten's in-memory file system. */
export type FileNode = { contents: Uint8Array; usedBytes: number; stream_ops: FileOperations };
export type FileOperations = {
  read: (stream: { node: FileNode }, ...rest: unknown[]) => number;
  mmap: (stream: { node: FileNode }, ...rest: unknown[]) => unknown;
};

/** What micropip installs a wheel with. */
export type Install = (
  content: Uint8Array<ArrayBuffer>,
  file: string,
  ...rest: readonly unknown[]
) => Promise<void>;

export type Pyodide = {
  readonly FS: FileSystem;
  readonly loadedPackages: Record<string, string>;
  readonly globals: { readonly set: (name: string, value: unknown) => void };
  readonly pyimport: (name: string) => unknown;
  readonly runPython: (code: string) => unknown;
  readonly registerJsModule: (name: string, module: object) => void;
  readonly unpackArchive: (
    archive: ArrayBuffer | Uint8Array,
    format: "wheel",
    options: { extractDir: string },
  ) => void;
  readonly loadPackage: (
    names: readonly string[],
    options: { messageCallback: (text: string) => void; errorCallback: (text: string) => void },
  ) => Promise<unknown>;
  readonly makeMemorySnapshot: () => Uint8Array;
  /** `on_fatal` is called once, when the interpreter has broken and can do nothing any more. */
  readonly _api: { on_fatal?: (error: unknown) => void; install: Install };
};

/** Emscripten's module, as far as making and restoring an image needs it. */
export type Module = {
  readonly HEAP8: Int8Array;
  readonly wasmTable: {
    readonly length: number;
    readonly get: (index: number) => { readonly name: string } | null;
  };
  readonly _malloc: (bytes: number) => number;
  readonly _free: (pointer: number) => void;
};
export type CreateModule = (settings: unknown) => Promise<Module>;

export type PyodideModule = { readonly loadPyodide: (settings: object) => Promise<Pyodide> };
