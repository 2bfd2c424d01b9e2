/** @throws Error naming the address and status when the server did not send it. */
export async function fetchJson<T>(url: string): Promise<T> {
  return (await (await fetchFile(url)).json()) as T;
}

/** As `fetchJson`, but leaves the body to the caller. */
export async function fetchFile(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`The server did not send ${url} (${response.status}).`);
  return response;
}
