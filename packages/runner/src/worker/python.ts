/** How Python answers. False in return for a part of an answer says that nobody reads any more. */
export type Emit = (kind: string, ...payload: unknown[]) => unknown;

/** What the worker calls in the Python package `portafilter_runtime` (python/README.md). */
export type PythonRuntime = {
  start: (appType: string, path: string, theme: string) => Promise<void>;
  preimport: (names: string) => Promise<void>;
  set_theme: (theme: string) => void;
  http: (
    method: string,
    path: string,
    query: string,
    headers: unknown,
    body: Uint8Array | null,
    emit: Emit,
  ) => Promise<void>;
  ws_open: (
    id: number,
    path: string,
    query: string,
    headers: unknown,
    protocols: unknown,
    emit: Emit,
  ) => Promise<void>;
  ws_receive: (id: number, data: string | Uint8Array) => void;
  ws_close: (id: number, code: number) => void;
  secret_revoked: (name: string) => void;
  secret_ask_again: (name: string) => void;
};
