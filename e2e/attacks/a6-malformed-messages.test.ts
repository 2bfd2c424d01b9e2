import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { dropped, openHostile, request } from "../harness/hostile.ts";
import { addAndAllow } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

/** Sources of messages that a structured clone carries, and of nothing that the host should take. */
const carried = [
  `JSON.parse('{"__proto__":{"granted":true},"v":1,"type":"secret.request","id":"1","name":"KEY","reason":null}')`,
  `JSON.parse('{"v":1,"type":"__proto__"}')`,
  `({ v: 1, type: "constructor" })`,
  `({ constructor: { prototype: { granted: true } } })`,
  `({ v: 1, get type() { return "secret.request" }, id: "1", name: "KEY", reason: null, more: 1 })`,
  `(() => { const o = { v: 1, type: "secret.request", id: "1", name: "KEY" }; o.reason = o; return o })()`,
  `(() => { let o = []; for (let i = 0; i < 500; i++) o = [o]; return o })()`,
  `"x".repeat(1e8)`,
  `({ v: 1, type: "secret.request", id: "1", name: "KEY", reason: "x".repeat(1e8) })`,
  `({ v: 1, type: "app.console", stream: "stdout", text: "x".repeat(1e8) })`,
  `Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => ["k" + i, i]))`,
  `new Uint8Array(1e8)`,
  `new Map([["type", "secret.request"]])`,
  `new Set(["secret.request"])`,
  `new Date()`,
  `/secret.request/`,
  `new Error("secret.request")`,
  `new Blob(["secret.request"])`,
  `10n ** 1000n`,
  `NaN`,
  `undefined`,
  `({ v: 1n, type: "secret.request", id: "1", name: "KEY", reason: null })`,
  `({ v: 1, type: "secret.request", id: "1", name: new String("KEY"), reason: null })`,
  `({ v: 1, type: "secret.request", id: ["1"], name: "KEY", reason: null })`,
  `({ v: 1, type: "app.progress", phase: "ready", detail: "", done: Infinity })`,
  `({ v: 1, type: "app.progress", phase: "ready", detail: "", done: -1 })`,
];

/** Sources of what a structured clone refuses to carry. */
const notCarried = [
  `new Proxy({}, {})`,
  `() => 1`,
  `Symbol("secret")`,
  `new WeakMap()`,
  `window`,
  `({ v: 1, type: () => "secret.request" })`,
  // Shared memory would be a message that changes while it is read.
  `new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer`,
];

test("attack A6: no shape of message is taken for another, pollutes a prototype or stays in memory", async () => {
  const page = await newPage();
  const app = await openHostile(page);
  await app.stealPort();
  const before = await heapSize(page);

  for (const source of carried) await app.inApp(`stolen.postMessage(${source})`);
  await app.inApp(
    `stolen.postMessage([new MessageChannel().port1].slice(1), [new MessageChannel().port1])`,
  );
  await app.inApp(
    `(() => { const buffer = new ArrayBuffer(1e8); stolen.postMessage(buffer, [buffer]) })()`,
  );
  for (const source of notCarried)
    await expect(app.inApp(`stolen.postMessage(${source})`)).rejects.toThrow(/DataCloneError/);
  await dropped(page, carried.length + 2);

  expect(await page.evaluate("[Object.keys(Object.prototype), {}.granted, [].granted]")).toEqual([
    [],
    undefined,
    undefined,
  ]);
  expect((await heapSize(page)) - before).toBeLessThan(50_000_000);
  await app.say(request("honest", "KEY"));
  await addAndAllow(page, "KEY", "value");
  expect(await app.received()).toEqual([
    { v: 1, type: "secret.value", id: "honest", value: "value" },
  ]);
});

/** Bytes that the host page's scripts hold after a collection. */
async function heapSize(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  await devtools.detach();
  return usedSize;
}
