/**
 * The one place through which network calls of app code pass, in the worker and in the app's pages.
 * For now it passes them on and only explains refusals; where apps may connect is to be narrowed here
 * (docs/threat-model.md, "Not defended").
 */
export function installNetwork(scope: typeof globalThis): void {
  const fetchNative = scope.fetch.bind(scope);
  scope.fetch = async function fetch(input: RequestInfo | URL, init?: RequestInit) {
    try {
      return await fetchNative(input, init);
    } catch (error) {
      throw error instanceof TypeError ? new TypeError(refusal(addressOf(input), error)) : error;
    }
  };

  const prototype = scope.XMLHttpRequest.prototype;
  const addresses = new WeakMap<XMLHttpRequest, string>();
  const open = Reflect.get(prototype, "open") as (this: XMLHttpRequest, ...args: unknown[]) => void;
  const send = Reflect.get(prototype, "send") as (this: XMLHttpRequest, body: unknown) => void;
  prototype.open = function (this: XMLHttpRequest, ...args: unknown[]) {
    addresses.set(this, String(args[1]));
    open.apply(this, args);
  };
  // Only a synchronous request throws here; an asynchronous one reports by its error event.
  prototype.send = function (this: XMLHttpRequest, body?: XMLHttpRequestBodyInit | null) {
    try {
      send.call(this, body);
    } catch (error) {
      const address = addresses.get(this) ?? "";
      throw error instanceof DOMException && error.name === "NetworkError"
        ? new DOMException(refusal(address, error), "NetworkError")
        : error;
    }
  };
}

/** Browsers do not tell scripts why a request failed, so the sentence names both causes. */
function refusal(address: string, error: Error): string {
  const url = URL.canParse(address, location.href) ? new URL(address, location.href) : null;
  if (!url || url.origin === location.origin) return error.message;
  return `${error.message}: the browser gave no answer from ${url.host}. Either it cannot be reached, or it does not allow web pages to read its answers (CORS).`;
}

function addressOf(input: RequestInfo | URL): string {
  return input instanceof Request ? input.url : String(input);
}
