import type { HostMessage } from "@portafilter/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SyncReply, SyncRequest } from "../wire.ts";
import { createBlocked } from "./blocked.ts";

const value: HostMessage = { v: 1, type: "secret.value", id: "1", value: "x" };
const pending = JSON.stringify({ type: "pending" } satisfies SyncReply);
const answer = JSON.stringify({ type: "answer", message: value } satisfies SyncReply);

type Reply = { status: number; text: string } | "network error";
let replies: Reply[];
let asked: SyncRequest[];
let addresses: string[];

class Request {
  status = 0;
  responseText = "";
  open(_method: string, address: string) {
    addresses.push(address);
  }
  send(body: string) {
    asked.push(JSON.parse(body) as SyncRequest);
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply === undefined || reply === "network error") throw new Error("NetworkError");
    this.status = reply.status;
    this.responseText = reply.text;
  }
}
let now = 0;

beforeEach(() => {
  [replies, asked, addresses, now] = [[], [], [], 0];
  vi.stubGlobal("XMLHttpRequest", Request);
  // Time that passes only when somebody looks, so that nothing really waits.
  vi.spyOn(performance, "now").mockImplementation(() => (now += 10));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("asks again for as long as the visitor has not decided", () => {
  replies = [
    ...Array<Reply>(200).fill({ status: 200, text: pending }),
    { status: 200, text: answer },
  ];
  expect(createBlocked(() => "run 1").ask("1", "A", "why")).toEqual(value);
  expect(asked).toHaveLength(201);
  expect(new Set(addresses)).toEqual(new Set(["/_portafilter/sync?run=run%201"]));
});

test("a service worker that dies, fails or is cut off is asked again under the same id", () => {
  replies = [
    "network error",
    { status: 503, text: "The app's runtime is gone." },
    { status: 404, text: "<!doctype html>" },
    { status: 200, text: answer.slice(0, 20) },
    { status: 200, text: pending },
    "network error",
    { status: 200, text: answer },
  ];
  expect(createBlocked(() => "r").ask("1", "A", null)).toEqual(value);
  expect(asked).toHaveLength(7);
  expect(new Set(asked.map((request) => JSON.stringify(request))).size).toBe(1);
});

test("one that is gone for good ends the question without an answer", () => {
  replies = ["network error"];
  expect(createBlocked(() => "r").ask("1", "A", null)).toBeNull();
});

test("sleep waits its time, with a service worker or without", () => {
  for (const reply of [{ status: 200, text: pending }, "network error"] as const) {
    replies = [reply];
    const before = now;
    createBlocked(() => "r").sleep(1_000);
    expect(now - before).toBeGreaterThanOrEqual(1_000);
    expect(asked.every(({ type }) => type === "sleep")).toBe(true);
  }
});
