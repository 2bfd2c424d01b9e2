import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openHostile } from "../harness/hostile.ts";

const { context: newContext } = useChromium();
const canary = "canary-b1-40fc";

/** Leaves the canary wherever a page can leave something, and listens on every channel. */
const leave = `(async () => {
  localStorage.setItem("left", "${canary}");
  sessionStorage.setItem("left", "${canary}");
  document.cookie = "left=${canary}; SameSite=None; Secure; Partitioned";
  window.name = "${canary}";
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open("left");
    opening.onupgradeneeded = () => opening.result.createObjectStore("store").put("${canary}", 1);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = reject;
  });
  database.close();
  await (await caches.open("left")).put("/left", new Response("${canary}"));
  const folder = await navigator.storage.getDirectory();
  const file = await (await folder.getFileHandle("left", { create: true })).createWritable();
  await file.write("${canary}");
  await file.close();
  heard = [];
  channel = new BroadcastChannel("left");
  channel.onmessage = ({ data }) => heard.push(data);
  held = new Promise((resolve) => navigator.locks.request("left", () => { resolve(); return new Promise(() => {}) }));
  await held;
})()`;

/** What a page finds of it. */
const find = `(async () => {
  new BroadcastChannel("left").postMessage("from elsewhere");
  const folder = await navigator.storage.getDirectory();
  const files = [];
  for await (const name of folder.keys()) files.push(name);
  return {
    localStorage: localStorage.getItem("left"),
    sessionStorage: sessionStorage.getItem("left"),
    cookie: document.cookie,
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    cached: (await caches.match("/left")) ?? null,
    files,
    locks: (await navigator.locks.query()).held.filter(({ name }) => name === "left").length,
  };
})()`;

test("attack B1: what one app leaves in the browser, another does not find", async () => {
  const context = await newContext();
  const one = await openHostile(await context.newPage());
  await one.inApp(leave);
  const origin = await one.inApp("location.origin");

  // The same app in another tab finds all of it: the search does work.
  const same = await openHostile(await context.newPage());
  expect(await same.inApp("location.origin")).toBe(origin);
  expect(await same.inApp(find)).toMatchObject({
    localStorage: canary,
    cookie: `left=${canary}`,
    databases: ["left"],
    caches: ["left"],
    files: ["left"],
    locks: 1,
  });
  await expect.poll(() => one.inApp("heard")).toEqual(["from elsewhere"]);

  for (const page of [await context.newPage(), one.page]) {
    const other = await openHostile(page, "# another app");
    expect(await other.inApp("location.origin")).not.toBe(origin);
    expect(await other.inApp(find)).toEqual({
      localStorage: null,
      sessionStorage: null,
      cookie: "",
      databases: [],
      caches: [],
      cached: null,
      files: [],
      locks: 0,
    });
    expect(await other.inApp("name")).not.toBe(canary);
  }
});
