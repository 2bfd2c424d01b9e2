import { api } from "@portafilter/protocol";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { signUp, someone } from "../account/people.ts";
import { address, useChromium } from "../harness/chromium.ts";
import { frameOf, openHostile } from "../harness/hostile.ts";
import { watchStatuses } from "../harness/statuses.ts";

// Apps may talk to any https address; in development the platform has none, and their policy would be
// in the way of an attack that it is not what defends against.
const { context } = useChromium({ bypassCSP: true }, /./);

/** What the visitor has, as their own page is told. */
const state = (page: Page) =>
  page.evaluate(async () => {
    const get = async (path: string): Promise<unknown> => (await fetch(`/api/v1/${path}`)).json();
    return [
      await get("session"),
      await get("secrets"),
      await get("account/devices"),
      await get("audit"),
    ];
  });

/** Requests that would do harm if they were taken for the visitor's, as `fetch` makes them. */
const rides = (): [string, string, object | null][] => [
  ["GET", "session", null],
  ["GET", "secrets", null],
  ["GET", "audit", null],
  ["GET", "account/devices", null],
  ["POST", "secrets", { name: "PLANTED", value: "planted" }],
  ["POST", "secrets/use", { app: "s", loads: "0".repeat(64), name: "RIDDEN" }],
  ["POST", "secrets/allow", { app: "s", loads: [], name: "RIDDEN", value: null, until: null }],
  ["POST", "merge", { mergeId: crypto.randomUUID(), secrets: [], grants: [] }],
  ["POST", "account/devices/end-others", {}],
  ["POST", "account/sign-out", {}],
];

/** Sends each of them in three ways; whatever could be read is returned. Works in pages and workers. */
const fetches = () => `(async () => {
  const read = [];
  for (const [method, path, body] of ${JSON.stringify(rides())})
    for (const [mode, type] of [["cors", "application/json"], ["cors", "text/plain"], ["no-cors", "text/plain"]]) {
      const init = { method, mode, credentials: "include", headers: { "content-type": type } };
      if (body !== null) init.body = JSON.stringify(body);
      const text = await fetch("${address()}/api/v1/" + path, init).then((answer) => answer.text(), () => "");
      if (text !== "") read.push([method, path, mode, text]);
    }
  return read;
})()`;

/** The same harm without `fetch`, and what browsers have besides. */
const others = () => `(async () => {
  const read = [];
  const at = "${address()}/api/v1/";
  const settled = (make) => new Promise((resolve) => {
    const one = make();
    one.onopen = one.onload = () => { read.push(one.constructor.name); resolve(); };
    one.onmessage = ({ data }) => read.push(String(data));
    one.onerror = () => { one.close?.(); resolve(); };
  });
  await settled(() => new EventSource(at + "events", { withCredentials: true }));
  await settled(() => new WebSocket(at.replace("http", "ws") + "events"));
  await settled(() => Object.assign(new Image(), { src: at + "secrets" }));
  await settled(() => {
    const script = Object.assign(document.createElement("script"), { src: at + "secrets" });
    document.head.append(script);
    return script;
  });
  navigator.sendBeacon(at + "account/sign-out", new Blob(["{}"], { type: "text/plain" }));
  navigator.sendBeacon(at + "secrets", '{"name":"PLANTED","value":"planted"}');
  for (const [path, name, value] of [["account/sign-out", "{", '":""}'.slice(1)], ["secrets", '{"name":"PLANTED","value":"', '"}']]) {
    const frame = Object.assign(document.createElement("iframe"), { name: "target" + path });
    const form = Object.assign(document.createElement("form"),
      { method: "POST", enctype: "text/plain", action: at + path, target: frame.name });
    form.append(Object.assign(document.createElement("input"), { name, value }));
    document.body.append(frame, form);
    form.submit();
  }
  return read;
})()`;

const inWorker = (source: string) => `new Promise((resolve) => {
  const code = ${JSON.stringify(source)} + ".then(postMessage)";
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => resolve(data);
})`;

test("attack A18: an app's requests to the API do not ride on the visitor's sign-in", async () => {
  const here = await context();
  const own = await here.newPage();
  await signUp(own, someone());
  const stored = await own.evaluate(async () => {
    const body = JSON.stringify({ name: "RIDDEN", value: "canary-ridden" });
    const headers = { "content-type": "application/json" };
    return (await fetch("/api/v1/secrets", { method: "POST", headers, body })).status;
  });
  expect(stored).toBe(200);

  const host = await openHostile(await here.newPage());
  const before = await state(own);
  expect(api.secretList.parse(before[1]).secrets).toHaveLength(1);
  const statuses = await Promise.all(
    (["App", "Runtime"] as const).map(async (title) =>
      watchStatuses(await frameOf(host.page, title), address()),
    ),
  );

  expect(await host.inApp(fetches())).toEqual([]);
  expect(await host.inApp(inWorker(fetches()))).toEqual([]);
  expect(await host.inRuntime(fetches())).toEqual([]);
  expect(await host.inApp(others())).toEqual([]);

  // All of it that left the browser was refused: questions whether it may be sent, and what was sent.
  const answers = () => statuses.flat();
  const sent = () => answers().filter((line) => line.startsWith("403 "));
  await expect.poll(() => sent().length).toBeGreaterThan(20);
  for (const line of [
    "GET /api/v1/secrets",
    "POST /api/v1/secrets",
    "POST /api/v1/account/sign-out",
  ])
    expect(sent()).toContain(`403 ${line}`);
  expect(answers().filter((line) => !/^403 |^405 OPTIONS /.test(line))).toEqual([]);
  expect(await state(own)).toEqual(before);
});
