import { brotliDecompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { platform, testServer } from "../testing/server.ts";

const script = `${platform}/assets/index-abc123.js`;

describe("a file", () => {
  test("with a hash in its name is kept for ever, a page is asked for again", async () => {
    const { ask } = await testServer();
    expect((await ask(script)).headers.get("cache-control")).toContain("immutable");
    const page = await ask(`${platform}/`);
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const etag = page.headers.get("etag") ?? "";
    const again = await ask(`${platform}/`, { headers: { "if-none-match": etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });

  test("HEAD has its length and no body", async () => {
    const { ask } = await testServer();
    const head = await ask(script, { method: "HEAD" });
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(5000);
    expect(await head.text()).toBe("");
  });
});

describe("a range", () => {
  test.for([
    ["bytes=0-9", 206, 10],
    ["bytes=10-", 206, undefined],
    ["bytes=-5", 206, 5],
    ["bytes=0-99999999", 206, undefined],
    ["bytes=99999999-", 416, 0],
    ["bytes=9-3", 416, 0],
    ["bytes=-", 416, 0],
    ["bytes=0-1,3-4", 416, 0],
    ["lines=1-2", 416, 0],
  ] as const)("%s: %i", async ([range, status, length]) => {
    const { ask } = await testServer();
    const all = await (await ask(script)).text();
    const response = await ask(script, { headers: { range } });
    expect(response.status).toBe(status);
    const text = await response.text();
    if (length !== undefined) expect(text).toHaveLength(length);
    else expect(all.endsWith(text)).toBe(true);
    if (status === 206) expect(response.headers.get("content-length")).toBe(`${text.length}`);
  });
});

describe("compression", () => {
  test("is made once and used from then on; the first answer does not wait", async () => {
    const { ask } = await testServer({ compress: "always" });
    const asked = { headers: { "accept-encoding": "gzip, br" } };
    const plain = await (await ask(script)).text();
    expect(await (await ask(script, asked)).text()).toBe(plain);
    await expect
      .poll(async () => (await ask(script, asked)).headers.get("content-encoding"))
      .toBe("br");
    const response = await ask(script, asked);
    const packed = Buffer.from(await response.arrayBuffer());
    expect(packed.length).toBe(Number(response.headers.get("content-length")));
    expect(brotliDecompressSync(packed).toString()).toBe(plain);
    expect(response.headers.get("vary")).toBe("Accept-Encoding");
  });

  test("spares clients on this machine, but not those that a proxy on it speaks for", async () => {
    const { app } = await testServer({ compress: "auto" });
    const local = { incoming: { socket: { remoteAddress: "::ffff:127.0.0.1" } } };
    const encoding = async (headers: Record<string, string>) => {
      const asked = { host: new URL(platform).host, "accept-encoding": "br", ...headers };
      const response = await app.request(script, { headers: asked }, local);
      return response.headers.get("content-encoding");
    };
    await expect.poll(() => encoding({ "x-forwarded-for": "192.0.2.1" })).toBe("br");
    expect(await encoding({})).toBeNull();
  });

  test("is left alone where it is off, and by who does not take it", async () => {
    const off = await testServer({ compress: "never" });
    const on = await testServer({ compress: "always" });
    for (let round = 0; round < 3; round++) {
      const never = await off.ask(script, { headers: { "accept-encoding": "br" } });
      const unwanted = await on.ask(script, { headers: { "accept-encoding": "br;q=0" } });
      expect(never.headers.get("content-encoding")).toBeNull();
      expect(unwanted.headers.get("content-encoding")).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});
