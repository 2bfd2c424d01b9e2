import type { FrameMessage } from "@portafilter/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createConsole } from "./console.ts";
import { createSecrets } from "./secrets.ts";

let posted: FrameMessage[];
/** Messages that had been posted when the worker was blocked. */
let before: number[];

beforeEach(() => {
  [posted, before] = [[], []];
  vi.useFakeTimers();
  const answer = {
    type: "answer",
    message: { v: 1, type: "secret.value", id: "1", value: "canary" },
  };
  vi.stubGlobal(
    "XMLHttpRequest",
    class {
      status = 200;
      responseText = JSON.stringify(answer);
      open() {
        before.push(posted.length);
      }
      send() {
        vi.advanceTimersByTime(1_000);
      }
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const released = vi.fn();
const hold = () => released;

function worker() {
  const post = (message: FrameMessage) => posted.push(message);
  const output = createConsole(post);
  // The first line goes at once; the ones right after it wait to be sent together.
  output.write("stdout", "");
  return { output, secrets: createSecrets(post, output.flush, hold) };
}

test("what was printed goes out before the worker blocks: none of its timers runs then", () => {
  const { output, secrets } = worker();
  output.write("stdout", "asking");
  expect(JSON.parse(secrets.requestSync("KEY", null))).toEqual({ value: "canary" });
  output.write("stdout", "sleeping");
  secrets.sleepSync(500);
  const texts = posted.map((message) => (message.type === "app.console" ? message.text : ""));
  expect(texts.join("")).toBe("\nasking\nsleeping\n");
  expect(texts.slice(0, before[0]).join("")).toContain("asking");
  expect(texts.slice(0, before[1]).join("")).toContain("sleeping");
});

test("a question that finds no way to the page is taken back, and is no answer of the page", () => {
  vi.stubGlobal(
    "XMLHttpRequest",
    class {
      status = 503;
      open = vi.fn();
      send = vi.fn();
    },
  );
  let now = 0;
  // The pauses between attempts.
  vi.spyOn(performance, "now").mockImplementation(() => (now += 1_000));
  const { secrets } = worker();
  expect(() => secrets.requestSync("KEY", null)).toThrow("no way to the page");
  expect(posted.at(-1)).toMatchObject({ type: "secret.cancel" });
});

test("an answer goes to who asked, and a late or forged one nowhere", () => {
  const { secrets } = worker();
  const answers: string[] = [];
  secrets.request("KEY", "why", (text) => answers.push(text));
  const asked = posted.find((message) => message.type === "secret.request");
  const id = asked?.type === "secret.request" ? asked.id : "";
  secrets.receive({ v: 1, type: "secret.value", id: "other", value: "forged" });
  expect(released).not.toHaveBeenCalled();
  secrets.receive({ v: 1, type: "secret.refused", id, code: "secret_denied" });
  secrets.receive({ v: 1, type: "secret.value", id, value: "late" });
  expect(answers).toEqual(['{"code":"secret_denied"}']);
  expect(released).toHaveBeenCalledOnce();
});

test("what the host takes back goes to Python at once, and before Python is there nowhere", () => {
  const { secrets } = worker();
  const told: string[] = [];
  const revoke = (name: string) => {
    secrets.receive({ v: 1, type: "secret.revoked", name });
  };
  revoke("EARLY");
  secrets.usePython({
    secret_revoked: (name) => told.push(`revoked ${name}`),
    secret_ask_again: (name) => told.push(`ask again ${name}`),
  });
  revoke("KEY");
  secrets.receive({ v: 1, type: "secret.askAgain", name: "OTHER" });
  expect(told).toEqual(["revoked KEY", "ask again OTHER"]);
});
