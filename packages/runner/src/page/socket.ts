import type { SocketEvent, SocketRequest } from "../wire.ts";

/**
 * A stand-in for `WebSocket`. Sockets to the app's own host go over a MessagePort into Python;
 * all others are the browser's own.
 */
export function createPageSocket(run: string, Native: typeof WebSocket): typeof WebSocket {
  class AppSocket extends EventTarget {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;
    readonly url: string;
    readonly extensions = "";
    readonly bufferedAmount = 0;
    binaryType: BinaryType = "blob";
    protocol = "";
    readyState = 0;
    onopen: ((event: Event) => unknown) | null = null;
    onmessage: ((event: MessageEvent) => unknown) | null = null;
    onerror: ((event: Event) => unknown) | null = null;
    onclose: ((event: CloseEvent) => unknown) | null = null;
    readonly #port: MessagePort;

    constructor(url: URL, protocols: string[]) {
      super();
      this.url = url.href;
      const { port1, port2 } = new MessageChannel();
      this.#port = port1;
      port1.onmessage = (event: MessageEvent<SocketEvent>) => {
        this.#receive(event.data);
      };
      const request: SocketRequest = {
        type: "socket",
        run,
        path: url.pathname,
        query: url.search.slice(1),
        headers: [
          ["host", url.host],
          ["origin", location.origin],
        ],
        protocols,
      };
      void navigator.serviceWorker.ready.then(({ active }) => {
        active?.postMessage(request, [port2]);
      });
      // A port does not tell the other side that its page has gone; the app would serve it for ever.
      addEventListener("pagehide", this.#leave);
    }

    readonly #leave = () => {
      this.close(1001);
    };

    send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
      if (this.readyState === 0) throw new DOMException("Still connecting.", "InvalidStateError");
      if (this.readyState !== 1) return;
      if (typeof data === "string") this.#post({ type: "text", data });
      else if (data instanceof Blob) {
        void data.arrayBuffer().then((buffer) => {
          this.#post({ type: "bytes", data: new Uint8Array(buffer) });
        });
      } else this.#post({ type: "bytes", data: copyOf(data) });
    }

    close(code = 1000, reason = ""): void {
      if (this.readyState >= 2) return;
      this.readyState = 2;
      this.#post({ type: "close", code, reason });
      queueMicrotask(() => {
        this.#receive({ type: "close", code, reason });
      });
    }

    #post(event: SocketEvent): void {
      this.#port.postMessage(event);
    }

    #receive(event: SocketEvent): void {
      if (this.readyState === 3) return;
      switch (event.type) {
        case "accept":
          this.readyState = 1;
          this.protocol = event.protocol;
          this.#fire(new Event("open"));
          break;
        case "text":
          this.#fire(new MessageEvent("message", { data: event.data, origin: location.origin }));
          break;
        case "bytes": {
          const data = this.binaryType === "blob" ? new Blob([event.data]) : event.data.buffer;
          this.#fire(new MessageEvent("message", { data, origin: location.origin }));
          break;
        }
        case "close":
          this.readyState = 3;
          this.#port.close();
          removeEventListener("pagehide", this.#leave);
          this.#fire(
            new CloseEvent("close", { code: event.code, reason: event.reason, wasClean: true }),
          );
          break;
      }
    }

    #fire(event: Event): void {
      const handler = this[`on${event.type}` as "onopen"];
      handler?.call(this, event);
      this.dispatchEvent(event);
    }
  }

  return new Proxy(Native, {
    construct(_target, [address, protocols]: [string | URL, string | string[] | undefined]) {
      const url = new URL(address, location.href);
      if (url.host !== location.host) return new Native(address, protocols);
      return new AppSocket(url, protocols === undefined ? [] : [protocols].flat());
    },
  });
}

function copyOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  return Uint8Array.from(view);
}
