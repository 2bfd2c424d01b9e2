import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { openSite, type Site } from "./site.ts";
import { startWorker, type WorkerMessage } from "./worker.ts";

/**
 * Importing pandas on a stack that is resumed while a younger one is suspended kills the interpreter of
 * Pyodide 314.0.7; `collector.py` of the runtime says why. When Pyodide has mended it, the first of these
 * tests fails, and that module can go.
 */
const { page: newPage } = useChromium();
let site: Site;

beforeAll(async () => {
  site = await openSite(address(), ["pandas"]);
});
afterAll(() => {
  site.close();
});

const bare = `
import asyncio
from pyodide.ffi import run_sync

seen = []
def older():
    run_sync(asyncio.sleep(0.2))
    import pandas
    seen.append(int(pandas.DataFrame({"a": [1, 2]}).a.sum()))
def younger():
    run_sync(asyncio.sleep(0.6))
    seen.append("younger")
loop = asyncio.get_running_loop()
loop.call_soon(older)
loop.call_soon(younger)
while len(seen) < 2:
    await asyncio.sleep(0.05)
str(seen)
`;

const withRuntime = `
import portafilter_runtime
portafilter_runtime._blocking.configure()
import asyncio, threading, time

seen = []
def older():
    time.sleep(0.2)
    import pandas
    seen.append(int(pandas.DataFrame({"a": [1, 2]}).a.sum()))
def younger():
    time.sleep(0.6)
    seen.append("younger")
threads = [threading.Thread(target=older), threading.Thread(target=younger)]
for thread in threads:
    thread.start()
for thread in threads:
    await asyncio.to_thread(thread.join)
str(seen)
`;

test("Pyodide alone dies", async () => {
  const outcome = await run(await newPage(), bare);
  expect(outcome).toMatchObject({ type: "failed" });
});

test("with the runtime, pandas is imported and both stacks go on", async () => {
  const outcome = await run(await newPage(), withRuntime);
  expect(outcome).toEqual({
    type: "done",
    result: expect.stringMatching(/^\[3, 'younger'\]|^\['younger', 3\]/) as string,
  });
});

function run(page: Page, program: string): Promise<WorkerMessage> {
  return new Promise((resolve, reject) => {
    const order = { wheels: site.wheels, forceSync: false, program };
    startWorker(page, site, order, (message) => {
      if (message.type === "done" || message.type === "failed") resolve(message);
    }).catch(reject);
  });
}
