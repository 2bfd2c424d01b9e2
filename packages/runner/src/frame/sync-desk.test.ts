import type { FrameMessage, HostMessage } from "@portafilter/protocol";
import { expect, test } from "vitest";
import type { SyncReply } from "../wire.ts";
import { createSyncDesk } from "./sync-desk.ts";

const value = (id: string): HostMessage => ({ v: 1, type: "secret.value", id, value: "x" });

function desk() {
  const made = createSyncDesk();
  const sent: FrameMessage[] = [];
  const replies: SyncReply[] = [];
  const port = { postMessage: (reply: SyncReply) => replies.push(reply) } as unknown as MessagePort;
  return {
    sent,
    replies,
    take: made.take,
    secret: (id: string) => {
      made.answer({ type: "secret", id, name: "A", reason: null }, port, (message) =>
        sent.push(message),
      );
    },
  };
}

test("a request goes to the host once, however often it is made, and its answer to who waits last", () => {
  const { secret, take, sent, replies } = desk();
  secret("1");
  secret("1");
  expect(sent).toEqual([{ v: 1, type: "secret.request", id: "1", name: "A", reason: null }]);
  expect(take(value("1"))).toBe(true);
  expect(replies).toEqual([{ type: "answer", message: value("1") }]);
});

test("an answer whose delivery got lost is there when asked again", () => {
  const { secret, take, replies } = desk();
  secret("1");
  take(value("1"));
  secret("1");
  expect(replies).toHaveLength(2);
});

test("an answer is not given to another request", () => {
  const { secret, take, replies } = desk();
  secret("1");
  expect(take(value("2"))).toBe(false);
  secret("2");
  expect(take(value("1"))).toBe(false);
  expect(replies).toEqual([]);
});

test("messages without an id go on to the worker", () => {
  const { take } = desk();
  expect(take({ v: 1, type: "secret.revoked", name: "A" })).toBe(false);
});
