import type { FrameMessage, Manifest } from "@portafilter/protocol";
import { afterEach, expect, test, vi } from "vitest";

const platform = "http://pycafe.localhost:8080";
const manifest: Manifest = {
  v: 1,
  platformOrigin: platform,
  version: "1",
  pyodide: "/p/",
  lock: "/l",
  runtime: "/r",
  snapshots: {},
  statics: {},
};

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a browser without service workers is told to the visitor, not waited for", async () => {
  const page = new EventTarget();
  const parent = { postMessage: vi.fn() };
  vi.stubGlobal("document", { getElementById: () => ({ textContent: JSON.stringify(manifest) }) });
  vi.stubGlobal("location", { search: "?run=a" });
  vi.stubGlobal("parent", parent);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal(
    "Worker",
    class {
      postMessage() {
        // Never answers.
      }
    },
  );
  await import("./main.ts").catch(() => undefined);
  expect(parent.postMessage).toHaveBeenCalledWith({ v: 1, type: "frame.hello" }, platform);

  const { port1, port2 } = new MessageChannel();
  const told = new Promise<FrameMessage>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<FrameMessage>) => {
      resolve(data);
    };
  });
  page.dispatchEvent(
    Object.assign(new Event("message"), {
      source: parent,
      origin: platform,
      ports: [port2],
      data: { v: 1, type: "host.port" },
    }),
  );
  expect(await told).toMatchObject({
    type: "app.failed",
    phase: "storage",
    message: expect.stringContaining("service worker") as string,
  });
  port1.close();
});
