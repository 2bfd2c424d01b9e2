import type { FrameMessage, HostMessage, Manifest } from "@portafilter/protocol";

/**
 * Messages inside one app origin: service worker, app page, runtime frame, worker. All four are equally
 * untrusted, so these are plain types; the border that is parsed lies between frame and host page.
 */

export type Header = [name: string, value: string];

export type HttpRequest = {
  readonly type: "http";
  readonly run: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Header[];
  readonly body: ArrayBuffer | null;
};

/** What comes back on the port that was sent along with an `HttpRequest`. */
export type HttpReply =
  | { readonly type: "start"; readonly status: number; readonly headers: Header[] }
  | { readonly type: "body"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "end" }
  | { readonly type: "error"; readonly message: string };

/** The other way on the same port: nobody reads the answer any more. */
export type HttpAbandon = { readonly type: "abandon" };

export type SocketRequest = {
  readonly type: "socket";
  readonly run: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Header[];
  readonly protocols: string[];
};

/** Both directions of a socket's port. */
export type SocketEvent =
  | { readonly type: "accept"; readonly protocol: string }
  | { readonly type: "text"; readonly data: string }
  | { readonly type: "bytes"; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

/** How blocked Python asks through the service worker. The same `id` again waits for the same answer. */
export type SyncRequest =
  | {
      readonly type: "secret";
      readonly id: string;
      readonly name: string;
      readonly reason: string | null;
    }
  | { readonly type: "sleep"; readonly ms: number };

/** `pending` means: ask again. Secret material where the answer is a value. */
export type SyncReply =
  | { readonly type: "pending" }
  | { readonly type: "answer"; readonly message: HostMessage };

/** Service worker to runtime frame; each carries one port for the reply. */
export type FromServiceWorker =
  | HttpRequest
  | SocketRequest
  | { readonly type: "sync"; readonly run: string; readonly request: SyncRequest }
  | { readonly type: "run.describe"; readonly run: string };

/** What the service worker must know of a run. */
export type RunDescription = {
  readonly pageScript: string;
  readonly statics: Readonly<Record<string, string>>;
};

export type ToWorker =
  | {
      readonly type: "boot";
      readonly run: string;
      readonly manifest: Manifest;
    }
  | { readonly type: "host"; readonly message: HostMessage }
  | HttpRequest
  | SocketRequest;

export type FromWorker =
  | { readonly type: "host"; readonly message: FrameMessage }
  /** The worker holds the lock of this name for as long as it lives. */
  | { readonly type: "alive"; readonly lock: string };
