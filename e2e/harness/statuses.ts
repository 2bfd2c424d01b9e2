import type { CDPSession, Frame, Page } from "playwright-core";

/**
 * Notes, from now on, with which status each request below `origin` was answered, as "403 GET /path":
 * also those answers that the browser then keeps from the page, of which no event of the page tells.
 */
export async function watchStatuses(
  target: Page | Frame,
  origin: string,
): Promise<readonly string[]> {
  const session: CDPSession = await ("context" in target ? target : target.page())
    .context()
    .newCDPSession(target);
  const requests = new Map<string, Readonly<{ method: string; url: string }>>();
  const codes = new Map<string, number>();
  const seen: string[] = [];
  // Either half may come first.
  const note = (id: string) => {
    const [request, code] = [requests.get(id), codes.get(id)];
    if (request === undefined || code === undefined) return;
    const { method, url } = request;
    if (url.startsWith(`${origin}/`)) seen.push(`${code} ${method} ${url.slice(origin.length)}`);
    codes.delete(id);
  };
  session.on("Network.requestWillBeSent", ({ requestId, request }) => {
    requests.set(requestId, request);
    note(requestId);
  });
  session.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => {
    codes.set(requestId, statusCode);
    note(requestId);
  });
  await session.send("Network.enable");
  return seen;
}
